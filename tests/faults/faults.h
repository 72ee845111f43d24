/*
 * The driver: a command on a small state, with a fault at one of its calls;
 * and what must hold then.
 */
#ifndef TESTS_FAULTS_H
#define TESTS_FAULTS_H

#include <stdbool.h>
#include <stddef.h>

#include "fault.h"

#define NAMES_MAX   8
#define PREPARE_MAX 8
#define OUTPUT_MAX  16384

/* One command, on which state, and what it changes. */
struct fault_case {
	const char *name;
	/* Commands before it; with "$ ", of the shell, in the state. */
	const char *prepare[PREPARE_MAX];
	/* There are keys: of the authority s, and of the approver budi.  Then
	 * it takes two to let through what is held. */
	bool trust;
	bool cut;   /* the last of these is killed before its manifest */
	bool again; /* the next `palang publish` does what it does */
	bool opens; /* whatever is blocked */
	bool same;  /* it changes no verdict */
	/* Without rights it does something else, that is tested elsewhere. */
	bool rights;
	/* For the state it is tried on: a list and a configuration of its
	 * own. */
	const char *list, *config;
	const char *command;
	int code;          /* that it ends with; no fault ends so */
	const char *retry; /* completes it, where it cannot itself */
	/* Once it is done: what must succeed, and what must be refused. */
	const char *proof, *refused;
	const char *left[4];          /* files that lie there then */
	const char *names[NAMES_MAX]; /* those whose verdict it changes */
};

extern const struct fault_case fault_cases[]; /* ended by name NULL */

/* ---- world.c: where it all happens ---- */

struct world {
	char top[64];
	char point[96]; /* what the command works on; always the same path */
	char base[96];  /* the prepared state, copied to point each time */
	const char *palang, *library;
	struct fault_plan *plan;
	char plan_path[96];
	char output[OUTPUT_MAX]; /* of the last command, both streams */
};

void world_create(struct world *world, const char *palang, const char *library);
void world_remove(struct world *world);

/* A new state for the case, in point and in base. */
void world_prepare(struct world *world, const struct fault_case *tried);
/* point is as base again. */
void world_reset(struct world *world);

/* Runs `palang -c CONFIG LINE` there; the exit code, or 128 and the signal that
 * ended it.  faulty: with the plan. */
int world_run(struct world *world, bool faulty, const char *line);
void world_plan(struct world *world, enum fault_mode mode, uint32_t at);

/* Prints the sentence and what was last run, and exits. */
_Noreturn void world_fail(const struct world *world, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* ---- check.c: what it has become ---- */

/* A letter for each name of the case: what the lists say of it. */
void check_verdicts(const struct world *world, const struct fault_case *tried,
	char verdicts[NAMES_MAX + 1]);

/* NULL, or what is wrong with the ledger, or lies about in the lists. */
const char *check_ledger(struct world *world);
const char *check_strays(const struct world *world);

#endif
