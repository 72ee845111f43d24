#include "ledger.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ledger_schema.h"
#include "ledger_sql.h"
#include "ledger_store.h"
#include "ledger_vouch.h"
#include "palang/error.h"

const char *
ledger_error(const struct ledger *ledger)
{
	if (ledger == NULL)
		return "";
	return ledger->error != NULL ? ledger->error
	                             : database_error(ledger->db);
}

int
ledger_path(char path[PATH_MAX], const char *folder)
{
	int n = snprintf(path, PATH_MAX, "%s/" LEDGER_FILE, folder);

	if (n < 0 || n >= PATH_MAX) {
		errno = ENAMETOOLONG;
		return PAL_ESYS;
	}
	return 0;
}

/* SQLite would give it the umask's rights, and take a file that is there. */
static int
create_file(const char *path)
{
	int fd = open(
		path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0640);

	if (fd < 0)
		return errno == EEXIST ? PAL_EDUP : PAL_ESYS;
	if (fchmod(fd, 0640) != 0 || close(fd) != 0)
		return PAL_ESYS;
	return 0;
}

int
ledger_create(const char *folder)
{
	char path[PATH_MAX];
	struct database *db = NULL;
	int ret = ledger_path(path, folder);

	if (ret == 0)
		ret = create_file(path);
	if (ret != 0)
		return ret;
	ret = database_open(&db, path, DATABASE_CREATE);
	if (ret == 0)
		ret = database_run(db, SQL_OPEN SQL_SCHEMA);
	database_close(db);
	/* Half a ledger would stand in the way of the next try. */
	if (ret != 0)
		unlink(path);
	return ret;
}

int
ledger_read_version(struct ledger *ledger)
{
	struct query query;

	ledger->version = -1;
	query_open(&query, ledger->db, SQL_VERSION);
	if (query_step(&query))
		ledger->version = query_int(&query);
	return query_done(&query);
}

static int
check_version(struct ledger *ledger)
{
	int ret = ledger_read_version(ledger);

	if (ret != 0)
		return ret;
	if (ledger->version > LEDGER_VERSION) {
		ledger->error = "it was written by a newer palang";
		return PAL_EVERSION;
	}
	if (ledger->version < 1) {
		ledger->error = "it is no ledger of palang";
		return PAL_EFORM;
	}
	return 0;
}

int
ledger_make(struct ledger **ledger)
{
	*ledger = calloc(1, sizeof **ledger);
	if (*ledger == NULL)
		return PAL_ENOMEM;
	(*ledger)->as_of = INT64_MAX;
	return 0;
}

int
ledger_enter(struct ledger *ledger, const char *sql)
{
	int ret = check_version(ledger);

	return ret == 0 ? database_run(ledger->db, sql) : ret;
}

int
ledger_open(struct ledger **ledger, const char *folder)
{
	char path[PATH_MAX];
	int ret = ledger_path(path, folder);

	*ledger = NULL;
	if (ret == 0)
		ret = ledger_make(ledger);
	if (ret == 0)
		ret = database_open(&(*ledger)->db, path, DATABASE_WRITE);
	if (ret == 0)
		ret = ledger_enter(*ledger, SQL_OPEN);
	if (ret == 0)
		ledger_watch(*ledger);
	return ret == 0 ? ledger_migrate(*ledger) : ret;
}

void
ledger_close(struct ledger *ledger)
{
	if (ledger == NULL)
		return;
	ledger_rollback(ledger);
	database_close(ledger->db);
	ledger_forget_written(ledger);
	free(ledger);
}

void
ledger_set_hand(struct ledger *ledger, const char *who, int64_t now_ms)
{
	ledger->hand = who;
	ledger->hand_at = now_ms;
}

int
ledger_begin(struct ledger *ledger, bool write)
{
	int ret = database_run(ledger->db, write ? SQL_BEGIN : SQL_READ);

	ledger->open = ret == 0;
	return ret;
}

int
ledger_commit(struct ledger *ledger)
{
	int ret = ledger_vouch(ledger);

	if (ret == 0)
		ret = database_run(ledger->db, SQL_COMMIT);
	ledger_forget_written(ledger);
	if (ret != 0) {
		ledger_rollback(ledger);
		return ret;
	}
	ledger->open = false;
	ledger->untold = ledger->untold || ledger->adding;
	ledger->adding = false;
	return 0;
}

void
ledger_rollback(struct ledger *ledger)
{
	int saved = errno;

	if (ledger->open && database_in_transaction(ledger->db))
		database_run(ledger->db, SQL_ROLLBACK);
	ledger->open = ledger->adding = false;
	ledger_forget_written(ledger);
	errno = saved;
}

/* ---- generations ---- */

int
ledger_newest(struct ledger *ledger, struct ledger_generation *newest)
{
	struct query query;

	memset(newest, 0, sizeof *newest);
	query_open(&query, ledger->db, SQL_GENERATION_NEWEST);
	if (query_step(&query)) {
		newest->number = query_int(&query);
		ledger_take_epoch(&query, newest->epoch);
		newest->generation = (uint64_t)query_int(&query);
		newest->begun = query_int(&query);
		newest->published = query_int(&query);
		newest->manifest = query_copy(&query);
	}
	return query_done(&query);
}

int
ledger_add_generation(struct ledger *ledger,
	const struct ledger_generation *generation, int64_t *number)
{
	struct query query;
	int ret;

	query_open(&query, ledger->db, SQL_GENERATION_ADD);
	query_bind_data(&query, generation->epoch, PAL_EPOCH_SIZE);
	query_bind_int(&query, (int64_t)generation->generation);
	query_bind_int(&query, generation->begun);
	query_bind_text(&query, generation->manifest);
	ret = query_done(&query);
	if (ret != 0)
		return ret;
	*number = database_last_row(ledger->db);
	return database_run(ledger->db, SQL_GENERATION_FORGET);
}

int
ledger_mark_published(struct ledger *ledger, int64_t number, int64_t now_ms)
{
	struct query query;
	int ret = database_run(ledger->db, SQL_SYNC_OFF), back;

	if (ret != 0)
		return ret;
	query_open(&query, ledger->db, SQL_GENERATION_PUBLISHED);
	query_bind_int(&query, number);
	query_bind_int(&query, now_ms);
	ret = query_done(&query);
	back = database_run(ledger->db, SQL_SYNC_ON);
	return ret != 0 ? ret : back;
}
