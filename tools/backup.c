#include "backup.h"

#include <stdlib.h>
#include <string.h>

#include "ledger_sql.h"
#include "ledger_store.h"
#include "palang/error.h"

struct backup {
	struct database *db;
	bool adding;
};

int
backup_ledger(
	struct ledger *ledger, const char *path, struct progress *progress)
{
	return database_backup(ledger->db, path, progress_tell, progress);
}

static int
open_file(struct backup **backup, const char *path, enum database_mode mode)
{
	*backup = calloc(1, sizeof **backup);
	if (*backup == NULL)
		return PAL_ENOMEM;
	return database_open(&(*backup)->db, path, mode);
}

int
backup_create(struct backup **backup, const char *path)
{
	int ret = open_file(backup, path, DATABASE_WRITE);

	if (ret == 0)
		ret = database_run((*backup)->db, SQL_BEGIN);
	if (ret == 0)
		ret = database_run((*backup)->db, SQL_BACKUP_CREATE);
	if (*backup != NULL)
		(*backup)->adding = ret == 0;
	return ret;
}

int
backup_open(struct backup **backup, const char *path, bool write)
{
	return open_file(backup, path, write ? DATABASE_WRITE : DATABASE_READ);
}

int
backup_close(struct backup *backup)
{
	int ret = 0;

	if (backup == NULL)
		return 0;
	if (backup->adding)
		ret = database_run(backup->db, SQL_COMMIT);
	database_close(backup->db);
	free(backup);
	return ret;
}

const char *
backup_error(const struct backup *backup)
{
	return backup == NULL ? "no memory" : database_error(backup->db);
}

int
backup_add(struct backup *backup, const char *path, mode_t mode,
	const void *data, size_t len)
{
	struct query query;

	query_open(&query, backup->db, SQL_BACKUP_ADD);
	query_bind_text(&query, path);
	query_bind_int(&query, mode & 0777);
	query_bind_data(&query, len == 0 ? "" : data, len);
	return query_done(&query);
}

int
backup_each(struct backup *backup,
	int (*each)(void *ctx, const struct backup_file *file), void *ctx)
{
	struct query query;
	int ret = 0, err;

	query_open(&query, backup->db, SQL_BACKUP_FILES);
	while (ret == 0 && query_step(&query)) {
		struct backup_file file = {.path = query_text(&query)};

		file.mode = (mode_t)query_int(&query) & 0777;
		file.data = query_data(&query, &file.len);
		if (file.path != NULL)
			ret = each(ctx, &file);
	}
	err = query_done(&query);
	return ret != 0 ? ret : err;
}

int
backup_check(struct backup *backup)
{
	struct query query;
	bool well = false;
	int ret;

	query_open(&query, backup->db, SQL_INTEGRITY);
	if (query_step(&query)) {
		const char *text = query_text(&query);

		well = text != NULL && strcmp(text, "ok") == 0;
	}
	ret = query_done(&query);
	return ret != 0 ? ret : well ? 0 : PAL_EFORM;
}

int
backup_strip(struct backup *backup)
{
	return database_run(backup->db, SQL_BACKUP_DROP);
}

int
backup_is_empty(const char *folder, bool *empty)
{
	struct ledger *ledger = NULL;
	struct query query;
	int ret = ledger_open(&ledger, folder);

	*empty = false;
	if (ret == 0) {
		query_open(&query, ledger->db, SQL_RECORDED);
		*empty = query_step(&query) && query_int(&query) == 0;
		ret = query_done(&query);
	}
	ledger_close(ledger);
	return ret;
}
