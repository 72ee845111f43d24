/* Records of a response policy zone: what they ask for, and for what
 * (draft-vixie-dnsop-dns-rpz). */
#include <stdio.h>
#include <strings.h>

#include "clean_zone.h"
#include "palang/error.h"

/* ---- owners ---- */

static bool
is_trigger(const struct zone_owner *owner)
{
	static const char *const labels[] = {
		"rpz-ip", "rpz-client-ip", "rpz-nsip", "rpz-nsdname"};
	size_t at = owner->len;

	while (at > 0 && owner->text[at - 1] != '.')
		at--;
	if (owner->len - at < 4 ||
		strncasecmp((const char *)owner->text + at, "rpz-", 4) != 0)
		return false;
	for (size_t i = 0; i < sizeof labels / sizeof *labels; i++) {
		const struct zone_word word = {
			owner->text + at, owner->len - at};

		if (zone_word_is(&word, labels[i]))
			return true;
	}
	return false;
}

/* The text of an owner below the apex: what kind of name it is.  `*` alone
 * stands for all names: what lies below the root. */
static void
place_owner(struct zone_owner *owner, const uint8_t *text, size_t len)
{
	static const uint8_t root[] = {'.'};
	bool all = len == 1 && text[0] == '*';

	owner->wildcard = all || (len > 2 && text[0] == '*' && text[1] == '.');
	if (all) {
		text = root;
	} else if (owner->wildcard) {
		text += 2;
		len -= 2;
	}
	memmove(owner->text, text, len);
	owner->len = len;
	owner->place = is_trigger(owner) ? OWNER_TRIGGER : OWNER_NAME;
}

/* By octets: an absolute name that ends with the apex, or a relative one where
 * the apex is what is added.  False: it takes the long way. */
static bool
place_text(
	struct zone *z, struct zone_owner *owner, const struct zone_word *word)
{
	size_t own;

	if (word->len >= ZONE_WORD_MAX || word->text[0] == '@' ||
		memchr(word->text, '\\', word->len) != NULL)
		return false;
	if (word->text[word->len - 1] != '.') {
		if (z->origin_is_apex)
			place_owner(owner, word->text, word->len);
		return z->origin_is_apex;
	}
	if (z->apex.labels == 0 || word->len < z->apex_len + 2)
		return false;
	own = word->len - z->apex_len;
	if (word->text[own - 1] != '.' ||
		strncasecmp((const char *)word->text + own, z->apex_text,
			z->apex_len) != 0)
		return false;
	place_owner(owner, word->text, own - 1);
	return true;
}

/* The long way: any spelling of any name. */
static int
place_name(
	struct zone *z, struct zone_owner *owner, const struct zone_word *word)
{
	char text[PAL_NAME_TEXT_MAX];
	struct pal_name name;
	unsigned labels;

	if (zone_name(z, word, &name) < 0)
		return PAL_EFORM;
	owner->wildcard = false;
	owner->len = 0;
	owner->place = OWNER_OUTSIDE;
	if (!pal_name_within(&name, &z->apex))
		return 0;
	owner->place = OWNER_APEX;
	labels = (unsigned)name.labels - z->apex.labels;
	if (labels == 0)
		return 0;
	/* the name without the apex */
	name.labels = (uint8_t)labels;
	name.len = (uint8_t)(name.len - z->apex.len + 1);
	name.wire[name.len - 1] = 0;
	owner->wildcard = name.wire[0] == 1 && name.wire[1] == '*';
	if (owner->wildcard)
		pal_name_ancestor(&name, &name, labels - 1);
	pal_name_to_text(text, &name);
	owner->len = strlen(text);
	memcpy(owner->text, text, owner->len);
	owner->place = is_trigger(owner) ? OWNER_TRIGGER : OWNER_NAME;
	return 0;
}

/* The owner of a record; z->local falls if it is another than before. */
static int
read_owner(struct zone *z, const struct zone_word *word)
{
	const struct zone_owner *before = &z->owners[z->turn];
	struct zone_owner *owner = &z->owners[z->turn ^ 1];

	if (!place_text(z, owner, word) && place_name(z, owner, word) < 0)
		return PAL_EFORM;
	if (owner->wildcard != before->wildcard || owner->len != before->len ||
		memcmp(owner->text, before->text, owner->len) != 0)
		z->local = false;
	z->turn ^= 1;
	return 0;
}

/* ---- data ---- */

/* Records that serve the zone itself: never rules. */
static bool
is_upkeep(const struct zone_word *type)
{
	static const char *const types[] = {"SOA", "NS", "RRSIG", "NSEC",
		"NSEC3", "NSEC3PARAM", "DNSKEY", "DS", "CDS", "CDNSKEY",
		"ZONEMD", "SIG", "KEY", "NXT", "TYPE2", "TYPE6", "TYPE24",
		"TYPE25", "TYPE30", "TYPE43", "TYPE46", "TYPE47", "TYPE48",
		"TYPE50", "TYPE51", "TYPE59", "TYPE60", "TYPE63"};

	for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
		if (zone_word_is(type, types[i]))
			return true;
	}
	return false;
}

/* What a CNAME asks for: an action, or RPZ_ACTIONS for rpz-tcp-only. */
static int
action_of(struct zone *z, const struct zone_word *target,
	const struct zone_owner *owner)
{
	const struct zone_word own = {owner->text, owner->len};
	struct zone_word bare = *target;
	struct pal_name name;
	bool full = target->text[target->len - 1] == '.';

	if (!full && z->origin.labels > 0)
		return zone_name(z, target, &name) < 0 ? PAL_EFORM
		                                       : RPZ_LOCAL_DATA;
	bare.len -= full;
	if (bare.len == 0)
		return RPZ_NXDOMAIN;
	if (zone_word_is(&bare, "*"))
		return RPZ_NODATA;
	if (zone_word_is(&bare, "rpz-passthru"))
		return RPZ_PASSTHRU;
	if (zone_word_is(&bare, "rpz-drop"))
		return RPZ_DROP;
	if (zone_word_is(&bare, "rpz-tcp-only"))
		return RPZ_ACTIONS;
	if (zone_name(z, target, &name) < 0)
		return PAL_EFORM;
	/* as passthru was written once: the name leads to itself */
	if (own.len == bare.len && !owner->wildcard &&
		strncasecmp((const char *)own.text, (const char *)bare.text,
			own.len) == 0)
		return RPZ_PASSTHRU;
	return RPZ_LOCAL_DATA;
}

/* To who only wants to know what there is. */
static void
tell_rule(struct cleaner *c, const struct zone_owner *owner, int action)
{
	struct pal_name name;

	if (pal_name_from_text(&name, (const char *)owner->text, owner->len) ==
		0)
		c->options->rpz_rule(c->options->rpz_ctx, &name,
			owner->wildcard, (enum clean_rpz_action)action);
}

static void
take_owner(struct zone *z, const struct zone_owner *owner, int action)
{
	struct cleaner *c = z->c;
	unsigned flags = ENTRY_QUIET;
	struct pal_name name;

	if (c->options->rpz_rule != NULL) {
		c->report->names++;
		tell_rule(c, owner, action);
		return;
	}
	if (action == RPZ_ACTIONS) {
		clean_leave_out(c, CLEAN_TCP_ONLY);
		return;
	}
	c->report->rpz[action]++;
	if (action == RPZ_PASSTHRU)
		flags |= ENTRY_OPEN;
	if (c->kind == ENTRY_SUBTREE)
		flags |= ENTRY_SUBTREE;
	else
		flags |= owner->wildcard ? ENTRY_BELOW : ENTRY_EXACT;
	if (clean_take_plain(c, owner->text, owner->len, flags))
		return;
	if (pal_name_from_text(&name, (const char *)owner->text, owner->len) <
		0)
		clean_leave_out(c, CLEAN_BAD_NAME);
	else
		clean_take_name(c, &name, flags);
}

/* A record that is one of the policy. */
static int
take_policy(struct zone *z, const struct zone_word *type,
	const struct zone_word *data, unsigned count)
{
	const struct zone_owner *owner = &z->owners[z->turn];
	bool cname = zone_word_is(type, "CNAME"), again = z->local;
	int action = RPZ_LOCAL_DATA;

	if (zone_word_is(type, "TYPE5"))
		return zone_refuse(z, "TYPE5: write CNAME");
	if (cname && count != 1)
		return zone_refuse(z, "a CNAME leads to one name");
	if (cname)
		action = action_of(z, data, owner);
	if (action < 0)
		return action;
	z->local = action == RPZ_LOCAL_DATA;
	if (owner->place == OWNER_OUTSIDE)
		return zone_refuse(
			z, "an owner outside the zone %s", z->apex_text);
	if (owner->place == OWNER_APEX || (again && z->local))
		return 0; /* more data of the same name */
	if (owner->place == OWNER_TRIGGER)
		clean_leave_out(z->c, CLEAN_TRIGGER);
	else
		take_owner(z, owner, action);
	return z->c->error;
}

/* ---- records ---- */

static bool
is_ttl(const struct zone_word *word)
{
	for (size_t i = 0; i < word->len; i++) {
		uint8_t octet = word->text[i];

		if (!(octet >= '0' && octet <= '9') &&
			(i == 0 || octet == 0 ||
				strchr("smhdwSMHDW", octet) == NULL))
			return false;
	}
	return word->len > 0;
}

static bool
is_other_class(const struct zone_word *word)
{
	return zone_word_is(word, "CH") || zone_word_is(word, "HS") ||
	       zone_word_is(word, "CS") ||
	       (word->len > 5 &&
		       strncasecmp((const char *)word->text, "CLASS", 5) == 0);
}

/* The zone's name is its SOA's, or else what is added to names at first. */
static int
find_apex(struct zone *z, const struct zone_record *record, bool soa)
{
	struct pal_name name = z->origin;

	if (z->has_apex)
		return 0;
	if (soa && !record->blank && zone_name(z, &record->words[0], &name) < 0)
		return PAL_EFORM;
	zone_set_apex(z, &name);
	return 0;
}

int
zone_take(struct zone *z, const struct zone_record *record)
{
	const struct zone_word *type = record->words + !record->blank;
	const struct zone_word *end = record->words + record->count;
	bool soa;

	while (type < end && (is_ttl(type) || zone_word_is(type, "IN")))
		type++;
	if (type >= end)
		return zone_refuse(z, "this is no record");
	if (is_other_class(type))
		return zone_refuse(z, "a record of another class than IN");
	if (type + 1 == end)
		return zone_refuse(z, "a record without data");
	soa = zone_word_is(type, "SOA");
	z->c->report->zone = z->c->report->zone || soa;
	if (find_apex(z, record, soa) < 0 ||
		(!record->blank && read_owner(z, &record->words[0]) < 0))
		return PAL_EFORM;
	if (z->owners[z->turn].place == OWNER_NONE)
		return zone_refuse(z, "a record without owner");
	if (!zone_word_is(type, "CNAME") && is_upkeep(type))
		return 0;
	return take_policy(z, type, type + 1, (unsigned)(end - (type + 1)));
}
