/* palang verify-image: would a resolver take this file? */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "file.h"
#include "json.h"
#include "palang/error.h"
#include "palang/image.h"

static int run(const struct cmd_call *call);

static const struct cmd_option options[] = {
	{"json", 'j', NULL, "print JSON"}, {NULL, 0, NULL, NULL}};

const struct cmd cmd_verify_image = {"verify-image", "FILE",
	"check an image as a resolver does",
	"Reads an image and checks it whole, as a resolver does before it "
	"takes it, and says what is in it. Exit code 0: it is good; 1: it is "
	"not, and why.",
	options, 1, 1, run};

static void
print(const struct pal_image *image)
{
	char hex[PAL_SHA256_HEX];
	bool orders = pal_image_form(image) == PAL_FORM_ORDERS;

	printf("good: %s, %" PRIu64 " rules, %" PRIu32 " %s, %zu octets\n",
		orders ? "orders" : "plain list", pal_image_rules(image),
		pal_image_policies(image), orders ? "orders" : "policy",
		pal_image_size(image));
	printf("digest %s\n", pal_sha256_to_hex(hex, pal_image_digest(image)));
}

static int
print_json(const struct pal_image *image, const char *why)
{
	char hex[PAL_SHA256_HEX];
	struct json_writer json;

	json_start(&json);
	json_put_bool(&json, "good", image != NULL);
	json_put_text(&json, "why", why);
	if (image != NULL) {
		json_put_text(&json, "form",
			pal_image_form(image) == PAL_FORM_ORDERS ? "orders"
								 : "plain");
		json_put_int(&json, "rules", (int64_t)pal_image_rules(image));
		json_put_int(&json, "policies", pal_image_policies(image));
		json_put_int(&json, "octets", (int64_t)pal_image_size(image));
		json_put_text(&json, "digest",
			pal_sha256_to_hex(hex, pal_image_digest(image)));
	}
	return json_finish(&json, stdout) == 0 ? EXIT_DONE : EXIT_ERROR;
}

static int
run(const struct cmd_call *call)
{
	bool as_json = cmd_option(call, "json") != NULL;
	const char *path = call->args[0], *why = NULL;
	struct pal_image *image = NULL;
	char *data = NULL;
	size_t len;
	int ret = file_read(path, PAL_IMAGE_SIZE_MAX, 0, &data, &len), code;

	if (ret != 0)
		return cmd_fail("%s: %s", path,
			ret == PAL_ESYS ? strerror(errno) : pal_strerror(ret));
	ret = pal_image_load(&image, (uint8_t *)data, len, &why);
	if (ret != 0) {
		free(data);
		image = NULL;
		if (ret == PAL_ENOMEM)
			return cmd_fail("%s: %s", path, pal_strerror(ret));
		if (why == NULL)
			why = pal_strerror(ret);
	}
	code = as_json ? print_json(image, image == NULL ? why : NULL)
	               : EXIT_DONE;
	if (!as_json && image != NULL)
		print(image);
	else if (!as_json)
		printf("bad: %s\n", why);
	if (code == EXIT_DONE && image == NULL)
		code = EXIT_NO;
	pal_image_free(image);
	return code;
}
