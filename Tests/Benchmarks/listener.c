/* The other end of the bus: counts what comes, checks that nothing is missing, and measures how long it took.
 *
 *     cc -O2 listener.c -lzmq -o listener
 *     ./listener live EVENTS REQUESTS TOPIC COUNT    until COUNT events of TOPIC have come, or none for ten seconds
 *     ./listener caused EVENTS REQUESTS TOPIC COUNT  the same; latency is from the arrival of an event's cause to its own
 *     ./listener replay REQUESTS FROM COUNT          asks for COUNT events from FROM on, granting credit as they come
 *     ./listener deaf EVENTS                         subscribes to everything and reads nothing until it is killed
 *
 * `live` prints {"ready":HEAD} when a heartbeat has shown that the subscription stands, and loses nothing: what the bus dropped
 * because it was slow it reads back (`replayed`). Both end with one line of JSON: `missed` counts sequences that never came,
 * `broken` events whose `previous` is not the last one of their topic; `batches` are runs of events with the same `recorded`,
 * which is one transaction of the journal; `cpu` is this process's own. Latency is from the time in a code `T<nanoseconds>` to
 * the arrival. */
#define _GNU_SOURCE
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>
#include <zmq.h>

enum { WINDOW = 20000, BODY = 70000, TOPICS = 64, CAUSES = 1 << 16 };

static struct {
    uint64_t last, recorded;
    long events, missed, replayed, broken, batches, bytes;
    int64_t first, latest;
} seen;

static struct {
    char name[64];
    uint64_t last;
} topics[TOPICS];

static int64_t *latencies;
static long measured;

/* When the last events came, where latency is from cause to effect. */
static struct {
    uint64_t sequence;
    int64_t came;
} *causes;

static void die(const char *what) {
    fprintf(stderr, "listener: %s: %s\n", what, zmq_strerror(zmq_errno()));
    exit(1);
}

static int64_t now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000000000LL + time.tv_nsec;
}

static uint64_t get64(const unsigned char *at) {
    uint64_t value = 0;
    for (int i = 0; i < 8; i++) value = value << 8 | at[i];
    return value;
}

static void put(unsigned char *at, uint64_t value, int size) {
    for (int i = size - 1; i >= 0; i--, value >>= 8) at[i] = (unsigned char)value;
}

static double cpu(void) {
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_utime.tv_sec + usage.ru_stime.tv_sec + (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

/* The `previous` that an event of this topic must have; 0 where that is not known yet. */
static uint64_t swap_last(const char *name, uint64_t sequence) {
    for (int i = 0; i < TOPICS; i++) {
        if (topics[i].name[0] && strcmp(topics[i].name, name)) continue;
        uint64_t before = topics[i].last;
        snprintf(topics[i].name, sizeof topics[i].name, "%s", name);
        topics[i].last = sequence;
        return before;
    }
    return 0;
}

static int64_t sent_at(const char *body, size_t size) {
    const char *mark = memmem(body, size, "\"code\":\"T", 9);
    return mark ? strtoll(mark + 9, NULL, 10) : 0;
}

/* When the event's cause came; 0 where that is not known. */
static int64_t caused_at(const char *body, size_t size) {
    const char *mark = memmem(body, size, "\"causation\":\"", 13);
    uint64_t cause = mark ? strtoull(mark + 13, NULL, 10) : 0;
    return cause && causes[cause % CAUSES].sequence == cause ? causes[cause % CAUSES].came : 0;
}

/* Takes note of one event; whether it is of the wanted topic. */
static int note(const char *topic, const unsigned char *header, const char *body, int size, const char *wanted) {
    uint64_t sequence = get64(header), previous = get64(header + 8), recorded = get64(header + 16);
    if (seen.last && sequence > seen.last + 1) seen.missed += (long)(sequence - seen.last - 1);
    seen.last = sequence;
    uint64_t before = swap_last(topic, sequence);
    if (before && previous != before) seen.broken++;
    if (causes) causes[sequence % CAUSES].sequence = sequence, causes[sequence % CAUSES].came = now();
    if (wanted && strcmp(topic, wanted)) return 0;
    seen.latest = now();
    if (!seen.first) seen.first = seen.latest;
    seen.events++;
    seen.bytes += size;
    if (recorded != seen.recorded) seen.batches++, seen.recorded = recorded;
    int64_t sent = !latencies ? 0 : causes ? caused_at(body, (size_t)size) : sent_at(body, (size_t)size);
    if (sent) latencies[measured++] = seen.latest - sent;
    return 1;
}

static int ascending(const void *left, const void *right) {
    int64_t a = *(const int64_t *)left, b = *(const int64_t *)right;
    return (a > b) - (a < b);
}

static void report(void) {
    printf("{\"events\":%ld,\"missed\":%ld,\"replayed\":%ld,\"broken\":%ld,\"batches\":%ld,\"bytes\":%.1f,"
           "\"first\":%lld,\"last\":%lld,\"cpu\":%.3f",
           seen.events, seen.missed, seen.replayed, seen.broken, seen.batches, seen.events ? (double)seen.bytes / (double)seen.events : 0.0,
           (long long)seen.first, (long long)seen.latest, cpu());
    if (measured) {
        qsort(latencies, (size_t)measured, sizeof *latencies, ascending);
        printf(",\"measured\":%ld,\"p50\":%.4f,\"p99\":%.4f,\"max\":%.4f", measured, latencies[measured / 2] / 1e6,
               latencies[measured * 99 / 100] / 1e6, latencies[measured - 1] / 1e6);
    }
    puts("}");
}

static void *open_socket(void *context, int kind, const char *endpoint, int queue) {
    void *socket = zmq_socket(context, kind);
    int linger = 0;
    zmq_setsockopt(socket, ZMQ_LINGER, &linger, sizeof linger);
    zmq_setsockopt(socket, ZMQ_RCVHWM, &queue, sizeof queue);
    if (kind == ZMQ_SUB) zmq_setsockopt(socket, ZMQ_SUBSCRIBE, "", 0);
    if (zmq_connect(socket, endpoint) != 0) die(endpoint);
    return socket;
}

/* One frame as text with a zero behind it; its size, or -1 when nothing has come in time. */
static int frame(void *socket, char *into, int room) {
    int size;
    do size = zmq_recv(socket, into, (size_t)room - 1, 0);
    while (size < 0 && zmq_errno() == EINTR);
    if (size >= room) die("an overlong frame");
    if (size >= 0) into[size] = 0;
    return size;
}

static void grant(void *socket, uint64_t credit) {
    unsigned char bytes[4];
    put(bytes, credit, 4);
    zmq_send(socket, "r", 1, ZMQ_SNDMORE);
    zmq_send(socket, "CREDIT", 6, ZMQ_SNDMORE);
    zmq_send(socket, bytes, 4, 0);
}

/* Asks for the events from one sequence through another and takes note of them; how many came. */
static long replay(void *socket, uint64_t from, uint64_t through, const char *wanted) {
    static char verb[64], topic[256], body[BODY];
    unsigned char header[32], bytes[8];
    long taken = 0;
    zmq_send(socket, "r", 1, ZMQ_SNDMORE);
    zmq_send(socket, "REPLAY", 6, ZMQ_SNDMORE);
    put(bytes, from, 8);
    zmq_send(socket, bytes, 8, ZMQ_SNDMORE);
    put(bytes, through, 8);
    zmq_send(socket, bytes, 8, ZMQ_SNDMORE);
    zmq_send(socket, "", 0, ZMQ_SNDMORE);
    put(bytes, WINDOW, 4);
    zmq_send(socket, bytes, 4, 0);
    while (1) {
        if (frame(socket, topic, sizeof topic) < 0 || frame(socket, verb, sizeof verb) < 0) die("replay");
        if (!strcmp(verb, "ERROR")) {
            frame(socket, topic, sizeof topic);
            frame(socket, body, sizeof body);
            fprintf(stderr, "listener: %s: %s\n", topic, body);
            exit(1);
        }
        if (!strcmp(verb, "END")) break;
        if (frame(socket, topic, sizeof topic) < 0 || frame(socket, (char *)header, sizeof header) != 24) die("replay");
        int size = frame(socket, body, sizeof body);
        note(topic, header, body, size, wanted);
        if (++taken % (WINDOW / 4) == 0) grant(socket, WINDOW / 4);
    }
    frame(socket, body, sizeof body);
    return taken;
}

static void live(void *socket, void *requests, const char *wanted, long expected) {
    static char topic[256], body[BODY];
    unsigned char header[32];
    int patience = 1000, isReady = 0, idle = 0;
    zmq_setsockopt(socket, ZMQ_RCVTIMEO, &patience, sizeof patience);
    latencies = malloc((size_t)(expected + 1) * sizeof *latencies);
    while (seen.events + seen.missed < expected && idle < 10) {
        if (frame(socket, topic, sizeof topic) < 0 || frame(socket, (char *)header, sizeof header) != 24) {
            idle++;
            continue;
        }
        int size = frame(socket, body, sizeof body), isHeartbeat = !strcmp(topic, "heartbeat");
        uint64_t sequence = get64(header), before = isHeartbeat ? sequence : sequence - 1;
        idle = isHeartbeat ? idle + isReady : 0;
        /* What a heartbeat or an event says to have been before it and has not come was dropped on the way. */
        if (isReady && before > seen.last) seen.replayed += replay(requests, seen.last + 1, before, wanted);
        if (!isHeartbeat && sequence > seen.last) note(topic, header, body, size, wanted);
        if (isHeartbeat && !isReady) {
            seen.last = sequence;
            isReady = 1;
            printf("{\"ready\":%llu}\n", (unsigned long long)sequence);
        }
    }
}

int main(int count, char **arguments) {
    setvbuf(stdout, NULL, _IOLBF, 0);
    const char *mode = count > 2 ? arguments[1] : "";
    void *context = zmq_ctx_new();
    if (!strcmp(mode, "deaf") && count == 3) {
        open_socket(context, ZMQ_SUB, arguments[2], 1);
        pause();
    } else if ((!strcmp(mode, "live") || !strcmp(mode, "caused")) && count == 6) {
        if (!strcmp(mode, "caused")) causes = calloc(CAUSES, sizeof *causes);
        void *requests = open_socket(context, ZMQ_DEALER, arguments[3], 0);
        live(open_socket(context, ZMQ_SUB, arguments[2], 0), requests, arguments[4], atol(arguments[5]));
    } else if (!strcmp(mode, "replay") && count == 5) {
        long from = atol(arguments[3]), through = from + atol(arguments[4]) - 1;
        int64_t asked = now();
        replay(open_socket(context, ZMQ_DEALER, arguments[2], 0), (uint64_t)from, (uint64_t)through, NULL);
        seen.first = asked;
        seen.latest = now();
    } else {
        return fprintf(stderr, "listener: live|caused EVENTS REQUESTS TOPIC COUNT | replay REQUESTS FROM COUNT | deaf EVENTS\n"), 2;
    }
    report();
    return 0;
}
