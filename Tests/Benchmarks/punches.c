/* Clocks that bring punches over HTTP as fast as asked for, at next to no processor time: each has a connection of its own and
 * brings one punch a request.
 *
 *     cc -O2 punches.c -o punches
 *     ./punches PORT CLOCKS RATE COUNT PEOPLE
 *
 * Every clock SERIAL00000, SERIAL00001, … greets first; then comes {"greeted":CLOCKS}, and after a line on standard input the
 * punches, in turn by clock: nine of ten by the badges 10000 to 10000 + PEOPLE - 1, the tenth by a badge that nobody has. The
 * last line is {"punches","refused","seconds"}. The clocks show the time of UTC+8. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { LIMIT = 200, ROOM = 4096 };

static struct {
    int link, isWaiting;
} clocks[LIMIT];
static long refused, answered;

static void die(const char *what) {
    perror(what);
    exit(1);
}

static int64_t now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000000000LL + time.tv_nsec;
}

static void call(int number, int port) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK), .sin_port = htons((uint16_t)port)};
    int link = socket(AF_INET, SOCK_STREAM, 0), yes = 1;
    if (link < 0 || connect(link, (void *)&address, sizeof address) != 0) die("connect");
    setsockopt(link, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    clocks[number].link = link;
}

static void ask(int number, const char *method, const char *target, const char *body) {
    char request[ROOM];
    int size = snprintf(request, sizeof request, "%s /iclock/%s HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: %zu\r\n\r\n%s",
                        method, target, strlen(body), body);
    if (send(clocks[number].link, request, (size_t)size, MSG_NOSIGNAL) != size) die("send");
    clocks[number].isWaiting = 1;
}

/* Reads the answer, which a gateway gives in one piece; whether it is 200. */
static int hear(int number) {
    char answer[ROOM];
    ssize_t size = recv(clocks[number].link, answer, sizeof answer - 1, 0);
    if (size <= 0) die("the gateway has hung up");
    answer[size] = 0;
    clocks[number].isWaiting = 0;
    return strstr(answer, " 200 ") != NULL;
}

/* Hears whoever has an answer, until a moment. */
static void hear_all(int count, int64_t until) {
    struct pollfd waits[LIMIT];
    while (1) {
        int64_t left = until - now();
        if (left <= 0) return;
        for (int i = 0; i < count; i++)
            waits[i] = (struct pollfd){.fd = clocks[i].isWaiting ? clocks[i].link : -1, .events = POLLIN};
        struct timespec patience = {.tv_sec = left / 1000000000LL, .tv_nsec = left % 1000000000LL};
        if (ppoll(waits, (nfds_t)count, &patience, NULL) < 0) die("poll");
        for (int i = 0; i < count; i++)
            if (waits[i].fd >= 0 && waits[i].revents) refused += !hear(i), answered++;
    }
}

static void greet(int number) {
    char target[128];
    snprintf(target, sizeof target, "cdata?SN=SERIAL%05d&options=all&pushver=2.2.14&language=83", number);
    for (int patience = 100; patience > 0; patience--) {
        ask(number, "GET", target, "");
        if (hear(number)) return;
        usleep(200000);
    }
    fprintf(stderr, "punches: the gateway does not know clock %d\n", number);
    exit(1);
}

static void punch(int clock, long number, int people) {
    char target[128], line[128], stamp[32];
    time_t shown = time(NULL) + 8 * 3600;
    strftime(stamp, sizeof stamp, "%Y-%m-%d %H:%M:%S", gmtime(&shown));
    long badge = number % 10 == 9 ? 900000 + number : 10000 + number % people;
    snprintf(line, sizeof line, "%ld\t%s\t0\t1\t0\t0\t0\r\n", badge, stamp);
    snprintf(target, sizeof target, "cdata?SN=SERIAL%05d&table=ATTLOG&Stamp=%ld", clock, (long)shown);
    ask(clock, "POST", target, line);
}

int main(int words, char **arguments) {
    if (words != 6) return fprintf(stderr, "punches: PORT CLOCKS RATE COUNT PEOPLE\n"), 2;
    int port = atoi(arguments[1]), count = atoi(arguments[2]), people = atoi(arguments[5]);
    long rate = atol(arguments[3]), total = atol(arguments[4]);
    if (count < 1 || count > LIMIT || rate < 1 || people < 1) return fprintf(stderr, "punches: 1 to %d clocks\n", LIMIT), 2;
    setvbuf(stdout, NULL, _IOLBF, 0);
    for (int i = 0; i < count; i++) call(i, port), greet(i);
    printf("{\"greeted\":%d}\n", count);
    char line[16];
    if (read(0, line, sizeof line) <= 0) return 0;
    int64_t start = now();
    for (long i = 0; i < total; i++) {
        hear_all(count, start + i * 1000000000LL / rate);
        int clock = (int)(i % count);
        if (clocks[clock].isWaiting) refused += !hear(clock), answered++;
        punch(clock, i, people);
    }
    while (answered < total) hear_all(count, now() + 10000000);
    printf("{\"punches\":%ld,\"refused\":%ld,\"seconds\":%.3f}\n", total, refused, (double)(now() - start) / 1e9);
    return 0;
}
