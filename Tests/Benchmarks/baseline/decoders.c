// The same framing as the wires' decoders, as plainly as C allows: find the beginning, read the length, check the sum,
// copy the frame out. Nothing is kept safe that the measurement does not need.
//
//     decoders WIRE FILE SECONDS     prints {"frames":…,"bytes":…,"seconds":…}
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { READ = 512, LONGEST = 1 << 20 };

static uint16_t osdp_table[256], anviz_table[256];
static uint8_t pending[LONGEST + READ], frame[LONGEST];

static void tables(void) {
    for (int byte = 0; byte < 256; byte++) {
        uint16_t high = (uint16_t)(byte << 8), low = (uint16_t)byte;
        for (int bit = 0; bit < 8; bit++) {
            high = (uint16_t)(high & 0x8000 ? high << 1 ^ 0x1021 : high << 1);
            low = (uint16_t)(low & 1 ? low >> 1 ^ 0x8408 : low >> 1);
        }
        osdp_table[byte] = high;
        anviz_table[byte] = low;
    }
}

// Each takes what begins at `at` and gives the length of the frame there: 0 where more is needed, -1 where none begins.

static long osdp(const uint8_t *at, size_t count) {
    if (at[0] != 0x53) return -1;
    if (count < 8) return 0;
    size_t length = at[2] | at[3] << 8;
    if (length < 8 || length > 1440) return -1;
    if (count < length) return 0;
    uint16_t crc = 0x1D0F;
    for (size_t i = 0; i < length - 2; i++) crc = (uint16_t)(crc << 8 ^ osdp_table[(crc >> 8 ^ at[i]) & 0xFF]);
    return crc == (at[length - 2] | at[length - 1] << 8) ? (long)length : -1;
}

static long anviz(const uint8_t *at, size_t count) {
    if (at[0] != 0xA5) return -1;
    if (count < 11) return 0;
    size_t head = at[5] & 0x80 ? 9 : 8, length = head + (at[head - 2] << 8 | at[head - 1]) + 2;
    if (length > 611) return -1;
    if (count < length) return 0;
    uint16_t crc = 0xFFFF;
    for (size_t i = 0; i < length - 2; i++) crc = (uint16_t)(crc >> 8 ^ anviz_table[(crc ^ at[i]) & 0xFF]);
    return crc == (at[length - 2] | at[length - 1] << 8) ? (long)length : -1;
}

static long zkteco(const uint8_t *at, size_t count) {
    static const uint8_t magic[] = {0x50, 0x50, 0x82, 0x7D};
    if (count < 16) return 0;
    if (memcmp(at, magic, 4)) return -1;
    uint32_t size;
    memcpy(&size, at + 4, 4);
    if (size < 8 || size > LONGEST - 8) return -1;
    if (count < size + 8) return 0;
    const uint8_t *body = at + 8;
    uint32_t sum = 0;
    for (size_t i = 0; i + 1 < size; i += 2) sum += i == 2 ? 0 : (uint32_t)(body[i] | body[i + 1] << 8);
    if (size & 1) sum += body[size - 1];
    while (sum >> 16) sum = (sum & 0xFFFF) + (sum >> 16);
    return (uint16_t)~sum == (body[2] | body[3] << 8) ? (long)size + 8 : -1;
}

static int digit(uint8_t byte) { return byte <= '9' ? byte - '0' : (byte & 0xDF) - 'A' + 10; }

static long em4100(const uint8_t *at, size_t count) {
    if (at[0] != 2) return -1;
    if (count < 14) return 0;
    int sum = 0;
    for (int i = 1; i < 13; i += 2) sum ^= digit(at[i]) << 4 | digit(at[i + 1]);
    return sum == 0 && at[13] == 3 ? 14 : -1;
}

static long line_scan(const uint8_t *at, size_t count) {
    const uint8_t *end = memchr(at, '\r', count);
    return end ? end - at + 1 : 0;
}

static long fcard(const uint8_t *at, size_t count) {
    if (at[0] != 0x7E) return -1;
    const uint8_t *end = memchr(at + 1, 0x7E, count - 1);
    if (!end) return 0;
    size_t size = 0;
    for (const uint8_t *byte = at + 1; byte < end; byte++) frame[size++] = *byte == 0x7F ? (uint8_t)(0x7D + *++byte) : *byte;
    uint8_t sum = 0;
    if (size < 7) return -1;
    for (size_t i = 0; i + 1 < size; i++) sum = (uint8_t)(sum + frame[i]);
    return sum == frame[size - 1] && frame[5] == size - 7 ? end - at + 1 : -1;
}

static const struct { const char *name; long (*frame)(const uint8_t *, size_t); } wires[] = {
    {"osdp", osdp}, {"anviz", anviz}, {"zkteco", zkteco}, {"em4100", em4100}, {"line-scan", line_scan}, {"fcard", fcard},
};

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

int main(int count, char **words) {
    long (*find)(const uint8_t *, size_t) = NULL;
    for (size_t i = 0; count == 4 && i < sizeof wires / sizeof *wires; i++)
        if (!strcmp(words[1], wires[i].name)) find = wires[i].frame;
    FILE *file = count == 4 ? fopen(words[2], "rb") : NULL;
    if (!find || !file) return fputs("usage: decoders WIRE FILE SECONDS\n", stderr), 64;
    static uint8_t bytes[4 << 20];
    size_t size = fread(bytes, 1, sizeof bytes, file), held = 0;
    tables();
    double began = now(), limit = atof(words[3]), passed;
    unsigned long long frames = 0, all = 0;
    do {
        for (size_t place = 0; place < size; place += READ) {
            size_t read = size - place < READ ? size - place : READ, at = 0;
            memcpy(pending + held, bytes + place, read);
            held += read;
            while (at < held) {
                long length = find(pending + at, held - at);
                if (length == 0) break;
                if (length > 0) {
                    memcpy(frame, pending + at, (size_t)length);
                    __asm__ volatile("" : : "r"(frame) : "memory");
                    frames++;
                }
                at += length > 0 ? (size_t)length : 1;
            }
            memmove(pending, pending + at, held - at);
            held -= at;
        }
        all += size;
        passed = now() - began;
    } while (passed < limit);
    printf("{\"frames\":%llu,\"bytes\":%llu,\"seconds\":%f}\n", frames, all, passed);
    return 0;
}
