// load sink PORT: reads each body to its end and answers 200 to the service credential, else 401.
// load send PORT TOKENS SECONDS CONNECTIONS BYTES: uploads of BYTES, each of a path of its own, with the tokens of a file in turn.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>
#include <unistd.h>

enum { PIECE = 1 << 18 };

static int port;
static double until;
static long size;
static char **tokens;
static long token_count;
static atomic_long sent, bad, next_number;

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec + time.tv_nsec / 1e9;
}

// A connection and what was received of it and not used.
struct stream {
  int socket;
  size_t length;
  char bytes[PIECE + 1];
};

static int more(struct stream *stream) {
  ssize_t count = recv(stream->socket, stream->bytes + stream->length, PIECE - stream->length, 0);
  if (count <= 0) return 0;
  stream->length += count;
  stream->bytes[stream->length] = 0;
  return 1;
}

static void drop(struct stream *stream, size_t count) {
  stream->length -= count;
  memmove(stream->bytes, stream->bytes + count, stream->length + 1);
}

// The length of the head, which stays where it is; 0 at the end of the connection.
static size_t head(struct stream *stream) {
  char *end;
  while (!(end = memmem(stream->bytes, stream->length, "\r\n\r\n", 4)))
    if (!more(stream)) return 0;
  return end + 4 - stream->bytes;
}

static int skip(struct stream *stream, long count) {
  while (count > 0) {
    if (!stream->length && !more(stream)) return 0;
    size_t now_count = (long)stream->length < count ? stream->length : (size_t)count;
    drop(stream, now_count);
    count -= now_count;
  }
  return 1;
}

static int skip_chunks(struct stream *stream) {
  for (;;) {
    char *end;
    while (!(end = memmem(stream->bytes, stream->length, "\r\n", 2)))
      if (!more(stream)) return 0;
    long count = strtol(stream->bytes, 0, 16);
    drop(stream, end + 2 - stream->bytes);
    if (!skip(stream, count + 2)) return 0;
    if (!count) return 1;
  }
}

static int skip_body(struct stream *stream, size_t head_length) {
  char end = stream->bytes[head_length];
  stream->bytes[head_length] = 0;
  char *length = strcasestr(stream->bytes, "\r\ncontent-length:");
  int chunked = strcasestr(stream->bytes, "\r\ntransfer-encoding: chunked") != 0;
  long count = length ? atol(length + 17) : 0;
  stream->bytes[head_length] = end;
  drop(stream, head_length);
  return chunked ? skip_chunks(stream) : skip(stream, count);
}

static int write_all(int socket, const char *bytes, size_t count) {
  while (count) {
    ssize_t written = send(socket, bytes, count, MSG_NOSIGNAL);
    if (written <= 0) return 0;
    bytes += written;
    count -= written;
  }
  return 1;
}

static void *serve(void *argument) {
  struct stream *stream = argument;
  size_t length;
  while ((length = head(stream))) {
    int allowed = memmem(stream->bytes, length, "Basic c3ZjOnNlY3JldA==", 22) != 0;
    if (!skip_body(stream, length)) break;
    const char *answer = allowed ? "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok" : "HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n";
    if (!write_all(stream->socket, answer, strlen(answer))) break;
  }
  close(stream->socket);
  free(stream);
  return 0;
}

static struct stream *stream_of(int socket) {
  struct stream *stream = calloc(1, sizeof *stream);
  int one = 1;
  setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  stream->socket = socket;
  return stream;
}

static struct sockaddr_in address(void) {
  return (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
}

static int sink(void) {
  int listener = socket(AF_INET, SOCK_STREAM, 0), one = 1;
  struct sockaddr_in here = address();
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
  if (bind(listener, (struct sockaddr *)&here, sizeof here) || listen(listener, 512)) return 1;
  for (;;) {
    pthread_t thread;
    int accepted = accept(listener, 0, 0);
    if (accepted >= 0 && !pthread_create(&thread, 0, serve, stream_of(accepted))) pthread_detach(thread);
  }
}

static void *upload(void *argument) {
  (void)argument;
  static char piece[PIECE];
  char line[8192];
  struct stream *stream = 0;
  while (now() < until) {
    if (!stream) {
      struct sockaddr_in there = address();
      int connection = socket(AF_INET, SOCK_STREAM, 0);
      stream = stream_of(connection);
      if (connect(connection, (struct sockaddr *)&there, sizeof there)) exit(1);
    }
    long number = atomic_fetch_add(&next_number, 1);
    int length = snprintf(line, sizeof line,
      "PUT /upload/x/1.0/%d-%ld.bin HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nAuthorization: Bearer %s\r\nContent-Length: %ld\r\n\r\n",
      getpid(), number, port, tokens[number % token_count], size);
    int written = write_all(stream->socket, line, length);
    for (long left = size; written && left > 0; left -= PIECE) written = write_all(stream->socket, piece, left < PIECE ? left : PIECE);
    size_t answer = written ? head(stream) : 0;
    int good = answer && !strncmp(stream->bytes + 8, " 200", 4);
    sent++;
    if (!good) bad++;
    if (!answer || !skip_body(stream, answer)) {
      close(stream->socket);
      free(stream);
      stream = 0;
    }
  }
  return 0;
}

int main(int count, char **arguments) {
  signal(SIGPIPE, SIG_IGN);
  if (count < 3) return 2;
  port = atoi(arguments[2]);
  if (!strcmp(arguments[1], "sink")) return sink();
  if (count < 7) return 2;
  FILE *file = fopen(arguments[3], "r");
  char line[8192];
  while (file && fgets(line, sizeof line, file)) {
    line[strcspn(line, "\n")] = 0;
    tokens = realloc(tokens, (token_count + 1) * sizeof *tokens);
    tokens[token_count++] = strdup(line);
  }
  if (!token_count) return 2;
  double begun = now();
  until = begun + atof(arguments[4]);
  size = atol(arguments[6]);
  int connections = atoi(arguments[5]);
  pthread_t threads[connections];
  for (int index = 0; index < connections; index++) pthread_create(&threads[index], 0, upload, 0);
  for (int index = 0; index < connections; index++) pthread_join(threads[index], 0);
  printf("%ld %ld %.6f\n", (long)sent, (long)bad, now() - begun);
  return 0;
}
