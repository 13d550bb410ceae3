/* What the machine can do at best: the same rows in the same batches through the sqlite3 C API, each then sent as the bus's
 * three frames with libzmq. The journal and the bus are measured against this, in the same minute.
 *
 *     cc -O2 baseline.c -lsqlite3 -lzmq -lpthread -o baseline
 *     ./baseline --events 500000 --batch 1000 --bytes 550 --mode throughput --file /tmp/baseline.sqlite
 *     ./baseline --events 5000 --rate 500 --bytes 550 --mode latency
 *     ./baseline --mode subscribe --endpoint tcp://127.0.0.1:7999 --events 500000
 *
 * throughput: events a second from the first insertion to the last message at the subscriber.
 * latency: from the start of a commit of one event to its arrival at the subscriber, 50th and 99th percentile.
 * --scattered gives events ids in no order. --no-send leaves the messages out. --endpoint with `throughput` publishes there instead of to a thread of its own. */
#include <pthread.h>
#include <sqlite3.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <zmq.h>

static const char *topic = "punch.recorded";
static int scattered;

struct options {
    long events, batch, bytes, rate;
    int send;
    const char *mode, *file, *endpoint;
};

struct subscriber {
    void *socket;
    long expected, received;
    double last;
    double *arrived;
};

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec + time.tv_nsec / 1e9;
}

static void wait_until(double due) {
    struct timespec time = {.tv_sec = (time_t)due, .tv_nsec = (long)((due - (time_t)due) * 1e9)};
    clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, NULL);
}

static void die(const char *what, const char *why) {
    fprintf(stderr, "baseline: %s: %s\n", what, why);
    exit(1);
}

static void check(sqlite3 *db, int code) {
    if (code != SQLITE_OK && code != SQLITE_DONE && code != SQLITE_ROW) die("sqlite", sqlite3_errmsg(db));
}

static void run(sqlite3 *db, const char *sql) { check(db, sqlite3_exec(db, sql, NULL, NULL, NULL)); }

static void put64(unsigned char *at, uint64_t value) {
    for (int i = 7; i >= 0; i--, value >>= 8) at[i] = (unsigned char)value;
}

static uint64_t get64(const unsigned char *at) {
    uint64_t value = 0;
    for (int i = 0; i < 8; i++) value = value << 8 | at[i];
    return value;
}

/* Receives until it has what it expects; notes when each sequence came. */
static void *subscribe(void *argument) {
    struct subscriber *self = argument;
    char frame[64];
    unsigned char header[24];
    char *body = malloc(1 << 20);
    while (self->received < self->expected) {
        if (zmq_recv(self->socket, frame, sizeof frame, 0) < 0) break;
        if (zmq_recv(self->socket, header, sizeof header, 0) != 24) die("subscriber", "bad header");
        if (zmq_recv(self->socket, body, 1 << 20, 0) < 0) break;
        uint64_t sequence = get64(header);
        if (sequence == 0) continue; /* the greeting before the first event */
        self->last = now();
        if (self->arrived && sequence <= (uint64_t)self->expected) self->arrived[sequence - 1] = self->last;
        self->received++;
    }
    free(body);
    return NULL;
}

static void publish(void *socket, long sequence, const unsigned char *body, long bytes) {
    unsigned char header[24];
    put64(header, (uint64_t)sequence);
    put64(header + 8, sequence > 0 ? (uint64_t)sequence - 1 : 0);
    put64(header + 16, 1795000000000ULL);
    zmq_send(socket, topic, strlen(topic), ZMQ_SNDMORE);
    zmq_send(socket, header, sizeof header, ZMQ_SNDMORE);
    zmq_send(socket, body, (size_t)bytes, 0);
}

struct statements {
    sqlite3_stmt *event, *identity, *topic, *source, *ends;
};

static sqlite3_stmt *prepare(sqlite3 *db, const char *sql) {
    sqlite3_stmt *statement;
    check(db, sqlite3_prepare_v2(db, sql, -1, &statement, NULL));
    return statement;
}

static sqlite3 *open_journal(const char *file, struct statements *to) {
    char name[4096];
    const char *suffixes[] = {"", "-wal", "-shm"};
    for (int i = 0; i < 3; i++) {
        snprintf(name, sizeof name, "%s%s", file, suffixes[i]);
        unlink(name);
    }
    sqlite3 *db;
    if (sqlite3_open(file, &db) != SQLITE_OK) die(file, sqlite3_errmsg(db));
    run(db, "PRAGMA auto_vacuum=INCREMENTAL; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-16384;"
            "PRAGMA wal_autocheckpoint=4000;"
            "CREATE TABLE topics (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, head INTEGER NOT NULL) STRICT;"
            "CREATE TABLE sources (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, head INTEGER NOT NULL) STRICT;"
            "CREATE TABLE events (sequence INTEGER PRIMARY KEY, recorded INTEGER NOT NULL, previous INTEGER NOT NULL,"
            " topic INTEGER NOT NULL, source INTEGER NOT NULL, hash BLOB NOT NULL, body BLOB NOT NULL) STRICT;"
            "CREATE TABLE identities (source INTEGER NOT NULL, id TEXT NOT NULL, sequence INTEGER NOT NULL,"
            " PRIMARY KEY (source, id)) STRICT, WITHOUT ROWID;"
            "CREATE TABLE ends (only INTEGER PRIMARY KEY, head INTEGER NOT NULL, headHash BLOB NOT NULL) STRICT;"
            "INSERT INTO topics VALUES (1, 'punch.recorded', 0); INSERT INTO ends VALUES (1, 0, zeroblob(32));");
    for (int i = 0; i < 50; i++) {
        char sql[160];
        snprintf(sql, sizeof sql, "INSERT INTO sources VALUES (%d, '/sites/plant/devices/clock-%d', 0)", i + 1, i);
        run(db, sql);
    }
    to->event = prepare(db, "INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?)");
    to->identity = prepare(db, "INSERT INTO identities VALUES (?, ?, ?) ON CONFLICT DO NOTHING");
    to->topic = prepare(db, "UPDATE topics SET head = ? WHERE id = 1");
    to->source = prepare(db, "UPDATE sources SET head = ? WHERE id = ?");
    to->ends = prepare(db, "UPDATE ends SET head = ?, headHash = ?");
    return db;
}

static void step(sqlite3 *db, sqlite3_stmt *statement) {
    check(db, sqlite3_step(statement));
    sqlite3_reset(statement);
}

static void insert(sqlite3 *db, struct statements *with, long sequence, const unsigned char *body, long bytes) {
    static unsigned char hash[32];
    char id[64];
    /* Ids begin with the record's time, as the gateway's do, unless scattered ones are asked for: those cost a page each. */
    uint64_t mixed = (uint64_t)sequence * 0x9E3779B97F4A7C15ULL;
    int length = scattered ? snprintf(id, sizeof id, "%016llx-%ld", (unsigned long long)mixed, sequence)
                           : snprintf(id, sizeof id, "%016llx-%ld", 1795000000000ULL + (unsigned long long)sequence, sequence);
    sqlite3_bind_int64(with->identity, 1, sequence % 50 + 1);
    sqlite3_bind_text(with->identity, 2, id, length, SQLITE_STATIC);
    sqlite3_bind_int64(with->identity, 3, sequence);
    step(db, with->identity);
    memcpy(hash, &mixed, sizeof mixed);
    sqlite3_bind_int64(with->event, 1, sequence);
    sqlite3_bind_int64(with->event, 2, 1795000000000LL);
    sqlite3_bind_int64(with->event, 3, sequence - 1);
    sqlite3_bind_int64(with->event, 4, 1);
    sqlite3_bind_int64(with->event, 5, sequence % 50 + 1);
    sqlite3_bind_blob(with->event, 6, hash, sizeof hash, SQLITE_STATIC);
    sqlite3_bind_blob(with->event, 7, body, (int)bytes, SQLITE_STATIC);
    step(db, with->event);
}

static void store_heads(sqlite3 *db, struct statements *with, long sequence, long batch) {
    static const unsigned char hash[32];
    sqlite3_bind_int64(with->topic, 1, sequence);
    step(db, with->topic);
    for (long i = 0; i < (batch < 50 ? batch : 50); i++) {
        sqlite3_bind_int64(with->source, 1, sequence - i);
        sqlite3_bind_int64(with->source, 2, (sequence - i) % 50 + 1);
        step(db, with->source);
    }
    sqlite3_bind_int64(with->ends, 1, sequence);
    sqlite3_bind_blob(with->ends, 2, hash, sizeof hash, SQLITE_STATIC);
    step(db, with->ends);
}

/* A PUB socket knows its subscribers only after a while: greet until the first greeting has come through. */
static void greet(void *publisher, void *subscriber, const unsigned char *body) {
    char frame[64];
    int quick = 10, patient = -1;
    zmq_setsockopt(subscriber, ZMQ_RCVTIMEO, &quick, sizeof quick);
    do publish(publisher, 0, body, 0);
    while (zmq_recv(subscriber, frame, sizeof frame, 0) < 0);
    zmq_recv(subscriber, frame, sizeof frame, 0);
    zmq_recv(subscriber, frame, sizeof frame, 0);
    zmq_setsockopt(subscriber, ZMQ_RCVTIMEO, &patient, sizeof patient);
}

static int ascending(const void *left, const void *right) {
    double difference = *(const double *)left - *(const double *)right;
    return (difference > 0) - (difference < 0);
}

static void *make_socket(void *context, int kind) {
    void *socket = zmq_socket(context, kind);
    int limit = 0, linger = 1000;
    zmq_setsockopt(socket, kind == ZMQ_PUB ? ZMQ_SNDHWM : ZMQ_RCVHWM, &limit, sizeof limit);
    zmq_setsockopt(socket, ZMQ_LINGER, &linger, sizeof linger);
    if (kind == ZMQ_SUB) zmq_setsockopt(socket, ZMQ_SUBSCRIBE, "", 0);
    return socket;
}

static int only_subscribe(struct options *options) {
    void *context = zmq_ctx_new();
    struct subscriber subscriber = {.socket = make_socket(context, ZMQ_SUB), .expected = options->events};
    if (zmq_connect(subscriber.socket, options->endpoint) != 0) die(options->endpoint, zmq_strerror(zmq_errno()));
    double start = now();
    subscribe(&subscriber);
    printf("{\"mode\":\"subscribe\",\"events\":%ld,\"seconds\":%.6f}\n", subscriber.received, subscriber.last - start);
    return 0;
}

int main(int count, char **arguments) {
    struct options options = {.events = 200000, .batch = 1000, .bytes = 550, .rate = 500, .send = 1, .mode = "throughput",
                              .file = "/tmp/baseline.sqlite", .endpoint = NULL};
    for (int i = 1; i < count; i++) {
        if (!strcmp(arguments[i], "--no-send")) { options.send = 0; continue; }
        if (!strcmp(arguments[i], "--scattered")) { scattered = 1; continue; }
        if (i + 1 == count) die(arguments[i], "needs a value");
        const char *value = arguments[++i];
        if (!strcmp(arguments[i - 1], "--events")) options.events = atol(value);
        else if (!strcmp(arguments[i - 1], "--batch")) options.batch = atol(value);
        else if (!strcmp(arguments[i - 1], "--bytes")) options.bytes = atol(value);
        else if (!strcmp(arguments[i - 1], "--rate")) options.rate = atol(value);
        else if (!strcmp(arguments[i - 1], "--mode")) options.mode = value;
        else if (!strcmp(arguments[i - 1], "--file")) options.file = value;
        else if (!strcmp(arguments[i - 1], "--endpoint")) options.endpoint = value;
        else die(arguments[i - 1], "unknown option");
    }
    if (options.events < 1 || options.batch < 1 || options.bytes < 1 || options.rate < 1) die("options", "must be positive");
    if (!strcmp(options.mode, "subscribe")) return only_subscribe(&options);
    int latency = !strcmp(options.mode, "latency");
    if (latency) options.batch = 1;

    struct statements statements;
    sqlite3 *db = open_journal(options.file, &statements);
    unsigned char *body = malloc((size_t)options.bytes);
    memset(body, 'x', (size_t)options.bytes);

    void *context = zmq_ctx_new(), *publisher = make_socket(context, ZMQ_PUB);
    struct subscriber subscriber = {.expected = options.events};
    pthread_t thread;
    int own = options.send && options.endpoint == NULL;
    if (zmq_bind(publisher, options.endpoint ? options.endpoint : "tcp://127.0.0.1:*") != 0)
        die("bind", zmq_strerror(zmq_errno()));
    if (own) {
        char endpoint[256];
        size_t size = sizeof endpoint;
        zmq_getsockopt(publisher, ZMQ_LAST_ENDPOINT, endpoint, &size);
        subscriber.socket = make_socket(context, ZMQ_SUB);
        subscriber.arrived = calloc((size_t)options.events, sizeof(double));
        zmq_connect(subscriber.socket, endpoint);
        greet(publisher, subscriber.socket, body);
        pthread_create(&thread, NULL, subscribe, &subscriber);
    } else if (options.send) {
        sleep(1); /* let the other process connect */
    }

    double *began = calloc((size_t)options.events, sizeof(double)), *taken = calloc((size_t)options.events, sizeof(double));
    double start = now();
    for (long first = 1; first <= options.events; first += options.batch) {
        long last = first + options.batch - 1 < options.events ? first + options.batch - 1 : options.events;
        if (latency) wait_until(start + (double)first / (double)options.rate);
        began[first - 1] = now();
        run(db, "BEGIN IMMEDIATE");
        for (long sequence = first; sequence <= last; sequence++) insert(db, &statements, sequence, body, options.bytes);
        store_heads(db, &statements, last, last - first + 1);
        run(db, "COMMIT");
        if (options.send)
            for (long sequence = first; sequence <= last; sequence++) publish(publisher, sequence, body, options.bytes);
        taken[first - 1] = now() - began[first - 1];
    }
    double seconds = now() - start;
    if (own) {
        pthread_join(thread, NULL);
        seconds = subscriber.last - start;
        if (latency)
            for (long i = 0; i < options.events; i++) taken[i] = subscriber.arrived[i] - began[i];
        zmq_close(subscriber.socket);
    }
    if (latency) {
        qsort(taken, (size_t)options.events, sizeof(double), ascending);
        printf("{\"mode\":\"latency\",\"events\":%ld,\"bytes\":%ld,\"rate\":%ld,\"p50Milliseconds\":%.4f,\"p99Milliseconds\":%.4f}\n",
               options.events, options.bytes, options.rate, taken[options.events / 2] * 1e3,
               taken[options.events * 99 / 100] * 1e3);
    } else {
        printf("{\"mode\":\"throughput\",\"events\":%ld,\"batch\":%ld,\"bytes\":%ld,\"seconds\":%.6f,\"eventsPerSecond\":%.0f}\n",
               options.events, options.batch, options.bytes, seconds, (double)options.events / seconds);
    }
    zmq_close(publisher);
    zmq_ctx_term(context);
    sqlite3_close_v2(db);
    return 0;
}
