/* How fast a replay can be at best: answers one REPLAY straight from the journal's file through the sqlite3 C API and
 * libzmq, with the frames of the bus, and credit left aside.
 *
 *     cc -O2 replayer.c -lsqlite3 -lzmq -o replayer
 *     ./replayer JOURNAL
 *
 * Prints {"requests":ENDPOINT}, answers one client, and ends. The journal must not be open elsewhere. */
#include <sqlite3.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zmq.h>

static void die(const char *what, const char *why) {
    fprintf(stderr, "replayer: %s: %s\n", what, why);
    exit(1);
}

static uint64_t get64(const unsigned char *at) {
    uint64_t value = 0;
    for (int i = 0; i < 8; i++) value = value << 8 | at[i];
    return value;
}

static void put64(unsigned char *at, uint64_t value) {
    for (int i = 7; i >= 0; i--, value >>= 8) at[i] = (unsigned char)value;
}

static void begin(void *socket, const char *client, size_t size, const char *verb, int more) {
    zmq_send(socket, client, size, ZMQ_SNDMORE);
    zmq_send(socket, "r", 1, ZMQ_SNDMORE);
    zmq_send(socket, verb, strlen(verb), more);
}

int main(int count, char **arguments) {
    if (count != 2) return fprintf(stderr, "replayer: JOURNAL\n"), 2;
    sqlite3 *db;
    sqlite3_stmt *rows;
    const char *sql = "SELECT e.sequence, e.previous, e.recorded, t.name, e.body FROM events e JOIN topics t ON t.id = e.topic "
                      "WHERE e.sequence BETWEEN ? AND ? ORDER BY e.sequence";
    if (sqlite3_open(arguments[1], &db) || sqlite3_prepare_v2(db, sql, -1, &rows, NULL)) die("sqlite", sqlite3_errmsg(db));

    void *context = zmq_ctx_new(), *socket = zmq_socket(context, ZMQ_ROUTER);
    char endpoint[256], client[64], frames[6][64] = {{0}};
    size_t size = sizeof endpoint;
    int queue = 1000, isMandatory = 1;
    zmq_setsockopt(socket, ZMQ_SNDHWM, &queue, sizeof queue);
    zmq_setsockopt(socket, ZMQ_ROUTER_MANDATORY, &isMandatory, sizeof isMandatory);
    if (zmq_bind(socket, "tcp://127.0.0.1:*") != 0) die("bind", zmq_strerror(zmq_errno()));
    zmq_getsockopt(socket, ZMQ_LAST_ENDPOINT, endpoint, &size);
    printf("{\"requests\":\"%s\"}\n", endpoint);
    fflush(stdout);

    int clientSize = zmq_recv(socket, client, sizeof client, 0);
    for (int i = 0; i < 6; i++) zmq_recv(socket, frames[i], sizeof frames[i], 0);
    sqlite3_bind_int64(rows, 1, (sqlite3_int64)get64((unsigned char *)frames[2]));
    sqlite3_bind_int64(rows, 2, (sqlite3_int64)get64((unsigned char *)frames[3]));
    unsigned char header[24];
    while (sqlite3_step(rows) == SQLITE_ROW) {
        for (int i = 0; i < 3; i++) put64(header + 8 * i, (uint64_t)sqlite3_column_int64(rows, i));
        begin(socket, client, (size_t)clientSize, "EVENT", ZMQ_SNDMORE);
        zmq_send(socket, sqlite3_column_text(rows, 3), (size_t)sqlite3_column_bytes(rows, 3), ZMQ_SNDMORE);
        zmq_send(socket, header, sizeof header, ZMQ_SNDMORE);
        zmq_send(socket, sqlite3_column_blob(rows, 4), (size_t)sqlite3_column_bytes(rows, 4), 0);
    }
    begin(socket, client, (size_t)clientSize, "END", ZMQ_SNDMORE);
    zmq_send(socket, header, 8, 0);
    zmq_close(socket);
    zmq_ctx_term(context);
    return 0;
}
