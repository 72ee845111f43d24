/* palang key: whose signatures count, and who signed a file. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "commands.h"
#include "file.h"
#include "intake.h"
#include "json.h"
#include "palang/error.h"
#include "text.h"
#include "timefmt.h"
#include "trust.h"

#define FINGERPRINT 40 /* hexadecimal digits, of 64 */
#define GROUP       4

static int run_show(const struct cmd_call *call);
static int run_check(const struct cmd_call *call);

static const struct cmd_option show_options[] = {
	{"json", 'j', NULL, "print JSON"}, {NULL, 0, NULL, NULL}};

const struct cmd cmd_key_show = {"key show", "[FILE...]",
	"whose signatures count, or what a public key is",
	"Lists the keys of the configuration: id, whose it is, from when until "
	"when it counts, the key itself and its fingerprint, to be compared "
	"over the phone. With FILEs, public keys of minisign, the same of "
	"those, and whose they are if the configuration has them.",
	show_options, 0, -1, run_show};

static const struct cmd_option check_options[] = {
	{"signature", 0, "FILE",
		"the signature, where it is not FILE.minisig; for one file"},
	{"json", 'j', NULL, "print JSON"}, {NULL, 0, NULL, NULL}};

const struct cmd cmd_key_check = {"key check", "FILE...",
	"who signed a file, and whether it counts now",
	"Verifies the signature beside each file (FILE.minisig) with the keys "
	"of the configuration, and prints the trusted comment. The file itself "
	"is not looked into: `palang check` does that. Exit code 1: not "
	"signed, by a key that is nobody's or does not count now, or changed "
	"since.",
	check_options, 1, -1, run_check};

/* ---- show ---- */

/* A key, and what is known of it. */
struct shown {
	const char *file; /* NULL: of the configuration */
	struct minisig_key key;
	const struct config_key *known; /* NULL: nobody's */
	const struct config_authority *authority;
	const struct config_approver *approver;
	int64_t now;
};

/* Of the key's line as text, so that sha256sum(1) gives the same. */
static char *
fingerprint(char hex[PAL_SHA256_HEX], const char *text)
{
	uint8_t digest[PAL_SHA256_SIZE];

	pal_sha256(text, strlen(text), digest);
	pal_sha256_to_hex(hex, digest);
	hex[FINGERPRINT] = '\0';
	return hex;
}

static void
print_validity(const struct config_key *key, int64_t now)
{
	char time[TIME_TEXT_MAX];

	printf("%s", trust_state_name(config_key_state(key, now)));
	if (key->not_before != INT64_MIN)
		printf(", from %s", time_format(time, key->not_before));
	if (key->not_after != PAL_NEVER)
		printf(", until %s", time_format(time, key->not_after));
}

static void
print_key(const struct shown *shown)
{
	char id[MINISIG_ID_TEXT], text[MINISIG_KEY_TEXT], hex[PAL_SHA256_HEX];

	printf("%s  ", minisig_id_format(id, shown->key.id));
	if (shown->file != NULL) {
		text_print(stdout, shown->file);
		printf(": ");
	}
	if (shown->known == NULL) {
		printf("nobody's here");
	} else {
		printf("%s %s, ",
			shown->authority != NULL ? "authority" : "approver",
			shown->authority != NULL ? shown->authority->name
						 : shown->approver->name);
		print_validity(shown->known, shown->now);
	}
	minisig_key_format(text, &shown->key);
	printf("\n    key          %s\n    fingerprint ", text);
	fingerprint(hex, text);
	for (int i = 0; i < FINGERPRINT; i += GROUP)
		printf(" %.*s", GROUP, hex + i);
	putchar('\n');
}

static void
put_time(struct json_writer *json, const char *key, int64_t time, int64_t none)
{
	char text[TIME_TEXT_MAX];

	json_put_text(json, key, time == none ? NULL : time_format(text, time));
}

static void
put_key(struct json_writer *json, const struct shown *shown)
{
	char id[MINISIG_ID_TEXT], text[MINISIG_KEY_TEXT], hex[PAL_SHA256_HEX];

	minisig_key_format(text, &shown->key);
	json_put_object(json, NULL);
	json_put_text(json, "id", minisig_id_format(id, shown->key.id));
	json_put_text(json, "key", text);
	json_put_text(json, "fingerprint", fingerprint(hex, text));
	json_put_text(json, "file", shown->file);
	json_put_text(json, "authority",
		shown->authority == NULL ? NULL : shown->authority->name);
	json_put_text(json, "approver",
		shown->approver == NULL ? NULL : shown->approver->name);
	if (shown->known != NULL) {
		put_time(json, "not_before", shown->known->not_before,
			INT64_MIN);
		put_time(json, "not_after", shown->known->not_after, PAL_NEVER);
		json_put_text(json, "state",
			trust_state_name(
				config_key_state(shown->known, shown->now)));
	}
	json_end(json);
}

static void
tell_key(struct json_writer *json, const struct shown *shown)
{
	if (json != NULL)
		put_key(json, shown);
	else
		print_key(shown);
}

static void
tell_known(struct json_writer *json, struct shown *shown,
	const struct config_key *keys, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		shown->known = &keys[i];
		memcpy(shown->key.id, keys[i].id, MINISIG_ID);
		memcpy(shown->key.pk, keys[i].pk, MINISIG_KEY);
		tell_key(json, shown);
	}
}

static void
show_configured(struct json_writer *json, const struct config *config)
{
	struct shown shown = {.now = time(NULL)};

	for (size_t i = 0; i < config->authority_count; i++) {
		shown.authority = &config->authorities[i];
		tell_known(json, &shown, shown.authority->keys,
			shown.authority->key_count);
	}
	shown.authority = NULL;
	for (size_t i = 0; i < config->approver_count; i++) {
		shown.approver = &config->approvers[i];
		tell_known(json, &shown, shown.approver->keys,
			shown.approver->key_count);
	}
}

/* An id alone does not make it the same key. */
static void
find_known(struct shown *shown, const struct config *config)
{
	shown->known = config_find_key(
		config, shown->key.id, &shown->authority, &shown->approver);
	if (shown->known != NULL &&
		memcmp(shown->known->pk, shown->key.pk, MINISIG_KEY) == 0)
		return;
	shown->known = NULL;
	shown->authority = NULL;
	shown->approver = NULL;
}

static int
show_file(
	struct json_writer *json, const struct config *config, const char *path)
{
	struct shown shown = {.file = path, .now = time(NULL)};
	const char *why = "is too long for the file of a public key";
	char *data = NULL;
	size_t len;
	int ret = file_read(path, MINISIG_KEY_MAX, 0, &data, &len);

	if (ret == PAL_ESYS)
		return cmd_fail("%s: %s", path, strerror(errno));
	if (ret == 0)
		ret = minisig_key_file(&shown.key, data, len, &why);
	free(data);
	if (ret != 0)
		return cmd_fail("%s %s", path, why);
	find_known(&shown, config);
	tell_key(json, &shown);
	return EXIT_DONE;
}

/* Who looks at the file of a key needs no configuration. */
static int
open_config(struct config *config, const struct cmd_call *call)
{
	memset(config, 0, sizeof *config);
	if (call->count > 0 && !call->config_given &&
		access(call->config_file, F_OK) != 0)
		return EXIT_DONE;
	return cmd_config(call, config);
}

static int
run_show(const struct cmd_call *call)
{
	bool as_json = cmd_option(call, "json") != NULL;
	struct json_writer json, *out = as_json ? &json : NULL;
	struct config config;
	int ret = open_config(&config, call);

	if (ret != EXIT_DONE)
		return ret;
	json_start_array(&json);
	if (call->count == 0)
		show_configured(out, &config);
	for (int i = 0; i < call->count && ret == EXIT_DONE; i++)
		ret = show_file(out, &config, call->args[i]);
	if (as_json && ret == EXIT_DONE)
		ret = json_finish(&json, stdout) == 0 ? EXIT_DONE : EXIT_ERROR;
	else
		json_drop(&json);
	config_fini(&config);
	return ret;
}

/* ---- check ---- */

/* What is found of a file. */
struct checked {
	const struct intake_file *file;
	struct trust trust;
	char why[TRUST_WHY_MAX];
	bool counts;
};

static const char *
owner_of(const struct trust *trust)
{
	return trust->authority != NULL ? trust->authority->name
	                                : trust->approver->name;
}

static void
print_checked(const struct checked *checked)
{
	const struct trust *trust = &checked->trust;
	char id[MINISIG_ID_TEXT];

	text_print(stdout, checked->file->name);
	if (!checked->counts) {
		printf(": its signature ");
		text_print(stdout, checked->why);
	} else {
		printf(": signed with key %s of %s %s",
			minisig_id_format(id, trust->id),
			trust->authority != NULL ? "authority" : "approver",
			owner_of(trust));
	}
	if (trust->comment != NULL) {
		printf("\n    trusted comment: ");
		text_print(stdout, trust->comment);
	}
	putchar('\n');
}

static void
put_checked(struct json_writer *json, const struct checked *checked)
{
	const struct trust *trust = &checked->trust;
	bool verified = trust->comment != NULL;
	char id[MINISIG_ID_TEXT];

	json_put_object(json, NULL);
	json_put_text(json, "file", checked->file->name);
	json_put_bool(json, "counts", checked->counts);
	json_put_bool(json, "verified", verified);
	json_put_text(json, "key",
		trust->key == NULL ? NULL : minisig_id_format(id, trust->id));
	json_put_text(json, "authority",
		trust->authority == NULL ? NULL : trust->authority->name);
	json_put_text(json, "approver",
		trust->approver == NULL ? NULL : trust->approver->name);
	json_put_text(json, "comment", trust->comment);
	json_put_text(json, "why", checked->counts ? NULL : checked->why);
	json_end(json);
}

static int
check_file(struct json_writer *json, const struct config *config,
	const struct intake_file *file)
{
	struct trust_pair pair = {
		file->data, file->len, file->signature, file->signature_len};
	struct checked checked = {.file = file, .why = "is not there"};
	int ret = PAL_EDIGEST;

	if (file->signature != NULL)
		ret = trust_judge(
			&checked.trust, config, &pair, time(NULL), checked.why);
	if (ret == PAL_ENOMEM || ret == PAL_ESYS)
		return cmd_fail("%s", pal_strerror(ret));
	checked.counts = ret == 0;
	if (json != NULL)
		put_checked(json, &checked);
	else
		print_checked(&checked);
	trust_fini(&checked.trust);
	return checked.counts ? EXIT_DONE : EXIT_NO;
}

static int
check_files(struct json_writer *json, const struct config *config,
	const struct intake *intake)
{
	int worst = EXIT_DONE;

	for (size_t i = 0; i < intake->file_count; i++) {
		int ret = check_file(json, config, &intake->files[i]);

		if (ret > worst)
			worst = ret;
	}
	return worst;
}

static int
run_check(const struct cmd_call *call)
{
	bool as_json = cmd_option(call, "json") != NULL;
	struct intake intake = {.signature = cmd_option(call, "signature")};
	struct json_writer json;
	struct config config;
	int ret = cmd_config(call, &config);

	if (ret != EXIT_DONE)
		return ret;
	json_start_array(&json);
	ret = intake_read(&intake, call->args, call->count);
	if (ret == EXIT_DONE)
		ret = check_files(as_json ? &json : NULL, &config, &intake);
	if (as_json && ret != EXIT_ERROR && json_finish(&json, stdout) != 0)
		ret = EXIT_ERROR;
	else if (!as_json || ret == EXIT_ERROR)
		json_drop(&json);
	intake_fini(&intake);
	config_fini(&config);
	return ret;
}
