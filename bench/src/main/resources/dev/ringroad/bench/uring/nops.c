/*
 * No-ops a second of liburing, in batches: the peer of NopProgram. Prints "case B: RATE" for each
 * batch size B, in no-ops a second.
 *
 * usage: nops CPU MILLISECONDS
 */
#define _GNU_SOURCE
#include <liburing.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#ifndef IORING_SETUP_SINGLE_ISSUER
#define IORING_SETUP_SINGLE_ISSUER (1U << 12)
#endif
#ifndef IORING_SETUP_DEFER_TASKRUN
#define IORING_SETUP_DEFER_TASKRUN (1U << 13)
#endif

enum { ENTRIES = 64, BATCHES_A_LOOK = 1024 };

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec + time.tv_nsec / 1e9;
}

static unsigned long batch_of(struct io_uring *ring, int batch)
{
	struct io_uring_cqe *completion;
	unsigned head, seen = 0;
	unsigned long sum = 0;

	for (int i = 0; i < batch; i++) {
		struct io_uring_sqe *entry = io_uring_get_sqe(ring);

		io_uring_prep_nop(entry);
		io_uring_sqe_set_data64(entry, i + 1);
	}
	if (io_uring_submit_and_wait(ring, batch) != batch)
		exit(1);
	io_uring_for_each_cqe(ring, head, completion) {
		sum += completion->user_data;
		seen++;
	}
	io_uring_cq_advance(ring, seen);
	return sum;
}

static double rate(struct io_uring *ring, int batch, double seconds)
{
	double begin = now(), end;
	unsigned long count = 0, sum = 0;

	do {
		for (int i = 0; i < BATCHES_A_LOOK; i++)
			sum += batch_of(ring, batch);
		count += (unsigned long)BATCHES_A_LOOK * batch;
		end = now();
	} while (end - begin < seconds);
	if (sum != count / batch * ((unsigned long)batch * (batch + 1) / 2))
		exit(2);
	return count / (end - begin);
}

int main(int argc, char **argv)
{
	static const int batches[] = { 1, 8, 32 };
	struct io_uring_params parameters;
	struct io_uring ring;
	cpu_set_t cpus;
	double seconds;

	if (argc != 3)
		return 2;
	CPU_ZERO(&cpus);
	CPU_SET(atoi(argv[1]), &cpus);
	sched_setaffinity(0, sizeof(cpus), &cpus);
	seconds = atof(argv[2]) / 1e3;
	memset(&parameters, 0, sizeof(parameters));
	parameters.flags = IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN;
	int made = io_uring_queue_init_params(ENTRIES, &ring, &parameters);

	if (made < 0) {
		fprintf(stderr, "io_uring_queue_init_params: %s\n", strerror(-made));
		return 1;
	}
	io_uring_register_ring_fd(&ring);
	for (int i = 0; i < 3; i++) {
		rate(&ring, batches[i], seconds / 4);
		printf("case %d: %.0f\n", batches[i], rate(&ring, batches[i], seconds));
	}
	io_uring_queue_exit(&ring);
	return 0;
}
