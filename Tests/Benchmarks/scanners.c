/* Line scanners by the dozen, for next to no processor time: listens on as many TCP ports as asked for, and on each sends
 * scans to whoever connects.
 *
 *     cc -O2 scanners.c -o scanners
 *     ./scanners --ports 50
 *
 * The first line out is {"ports":[…]}. Then one command a line on standard input, each answered with one line when done:
 *     connected            how many ports have somebody connected
 *     blast COUNT          that many scans `XF-0000123<CR>`, shared out evenly, as fast as they are taken
 *     pace RATE COUNT      that many scans `T<nanoseconds><CR>`, RATE a second in turn; the time is when it was sent
 *     first                the next connection on any port gets one scan at once
 * Times are CLOCK_MONOTONIC, which all processes of a machine share. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { LIMIT = 1000, CHUNK = 16384 };

struct scanner {
    int door, link;   /* -1: nobody is connected */
    long left;        /* scans still to send */
    int size, sent;   /* of the chunk under way */
    char chunk[CHUNK];
};

static struct scanner scanners[LIMIT];
static struct pollfd waits[1 + 2 * LIMIT];
static int count;
static long serial;
static int greeting;

static void die(const char *what) {
    perror(what);
    exit(1);
}

static int64_t now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000000000LL + time.tv_nsec;
}

static int open_door(void) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    int door = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    if (door < 0 || bind(door, (void *)&address, size) != 0 || listen(door, 4) != 0) die("listen");
    if (getsockname(door, (void *)&address, &size) != 0) die("getsockname");
    printf("%d", ntohs(address.sin_port));
    return door;
}

static void let_in(struct scanner *self) {
    int link = accept4(self->door, NULL, NULL, SOCK_NONBLOCK), yes = 1;
    if (link < 0) return;
    if (self->link >= 0) close(self->link);
    setsockopt(link, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    self->link = link;
    if (greeting) {
        greeting = 0;
        if (send(link, "XF-FIRST\r", 9, MSG_NOSIGNAL) != 9) die("send");
    }
}

static void hang_up(struct scanner *self) {
    close(self->link);
    self->link = -1;
    self->size = self->sent = 0;
}

/* Sends until the socket takes no more; whether something is left. */
static int push(struct scanner *self) {
    while (self->link >= 0 && (self->left > 0 || self->sent < self->size)) {
        if (self->sent == self->size) {
            self->sent = self->size = 0;
            while (self->left > 0 && self->size + 24 < CHUNK) {
                self->size += sprintf(self->chunk + self->size, "XF-%07ld\r", ++serial);
                self->left--;
            }
        }
        ssize_t taken = send(self->link, self->chunk + self->sent, (size_t)(self->size - self->sent), MSG_NOSIGNAL);
        if (taken < 0 && errno == EAGAIN) return 1;
        if (taken < 0) hang_up(self);
        else self->sent += (int)taken;
    }
    return 0;
}

/* Waits for connections, for room to send, for a command; whether a command waits. */
static int wait_all(int timeout) {
    waits[0] = (struct pollfd){.fd = 0, .events = POLLIN};
    for (int i = 0; i < count; i++) {
        short room = scanners[i].left > 0 || scanners[i].sent < scanners[i].size ? POLLOUT : 0;
        waits[1 + 2 * i] = (struct pollfd){.fd = scanners[i].door, .events = POLLIN};
        waits[2 + 2 * i] = (struct pollfd){.fd = scanners[i].link, .events = (short)(POLLIN | room)};
    }
    if (poll(waits, (nfds_t)(1 + 2 * count), timeout) < 0) die("poll");
    for (int i = 0; i < count; i++) {
        char heard[256];
        if (waits[1 + 2 * i].revents) let_in(&scanners[i]);
        else if (waits[2 + 2 * i].revents & (POLLIN | POLLHUP | POLLERR) && recv(scanners[i].link, heard, sizeof heard, 0) <= 0)
            hang_up(&scanners[i]);
    }
    return waits[0].revents != 0;
}

static int connected(void) {
    int links = 0;
    for (int i = 0; i < count; i++) links += scanners[i].link >= 0;
    return links;
}

static void blast(long total) {
    int64_t start = now();
    for (int i = 0; i < count; i++) scanners[i].left = total / count + (i < total % count);
    for (int busy = 1; busy;) {
        busy = 0;
        for (int i = 0; i < count; i++) busy |= push(&scanners[i]);
        if (busy) wait_all(-1);
    }
    printf("{\"scans\":%ld,\"start\":%lld,\"end\":%lld}\n", total, (long long)start, (long long)now());
}

static void pace(long rate, long total) {
    int64_t start = now();
    for (long i = 0; i < total; i++) {
        int64_t due = start + i * 1000000000LL / rate;
        struct timespec until = {.tv_sec = due / 1000000000LL, .tv_nsec = due % 1000000000LL};
        clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL);
        char scan[32];
        int size = sprintf(scan, "T%lld\r", (long long)now());
        int link = scanners[i % count].link;
        if (link >= 0 && send(link, scan, (size_t)size, MSG_NOSIGNAL) != size) die("send");
    }
    printf("{\"scans\":%ld,\"start\":%lld,\"end\":%lld}\n", total, (long long)start, (long long)now());
}

static void obey(const char *line) {
    long first, second;
    if (sscanf(line, "blast %ld", &first) == 1 && first > 0) blast(first);
    else if (sscanf(line, "pace %ld %ld", &first, &second) == 2 && first > 0) pace(first, second);
    else if (!strncmp(line, "first", 5)) greeting = 1, puts("{}");
    else printf("{\"connected\":%d}\n", connected());
}

int main(int argumentCount, char **arguments) {
    count = argumentCount == 3 && !strcmp(arguments[1], "--ports") ? atoi(arguments[2]) : 0;
    if (count < 1 || count > LIMIT) return fprintf(stderr, "scanners: --ports 1 to %d\n", LIMIT), 2;
    setvbuf(stdout, NULL, _IOLBF, 0);
    printf("{\"ports\":[");
    for (int i = 0; i < count; i++) {
        if (i > 0) printf(",");
        scanners[i].door = open_door();
        scanners[i].link = -1;
    }
    printf("]}\n");
    char line[256];
    while (1) {
        if (!wait_all(-1)) continue;
        ssize_t size = read(0, line, sizeof line - 1);
        if (size <= 0) return 0;
        line[size] = 0;
        obey(line);
    }
}
