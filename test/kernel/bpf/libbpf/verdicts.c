/* SPDX-License-Identifier: MIT */
/*
 * What libbpf makes of an object: the whole of it, and each of its programs, as JSON. Programs of optional sections are tried too. Nothing is
 * pinned. libbpf reads the kernel's types again for each object that it loads, so the programs are loaded together, without those that fail;
 * these are loaded alone, as is what fails together only.
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char last[512];
/* The program that the last warning is about. */
static char culprit[256];

/* Keeps the first warning of each attempt that is about its end: libbpf's error numbers alone say little. */
static int keep(enum libbpf_print_level level, const char *format, va_list arguments)
{
	char words[512];

	if (level != LIBBPF_WARN)
		return 0;
	vsnprintf(words, sizeof(words), format, arguments);
	if (!last[0] || strstr(last, "Retrying"))
		strcpy(last, words);
	sscanf(words, "libbpf: prog '%255[^']'", culprit);
	return 0;
}

/* What became of a program. */
struct verdict {
	int known;
	int error;
	__u32 translated;
	char name[256];
	char words[512];
};

static void print_string(const char *text)
{
	putchar('"');
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			putchar('\\');
		if ((unsigned char)*text >= 32 && (unsigned char)*text < 127)
			putchar(*text);
		else
			putchar(' ');
	}
	putchar('"');
}

static struct bpf_object *open_object(const char *path)
{
	last[0] = 0;
	struct bpf_object *object = bpf_object__open_file(path, NULL);
	struct bpf_map *map;

	if (object)
		bpf_object__for_each_map(map, object)
			bpf_map__set_pin_path(map, NULL);
	return object;
}

static void decide(struct verdict *verdict, const char *name, int error, int fd)
{
	struct bpf_prog_info info = {};
	__u32 size = sizeof(info);

	verdict->known = 1;
	verdict->error = error;
	snprintf(verdict->name, sizeof(verdict->name), "%s", name);
	if (error)
		strcpy(verdict->words, last);
	else if (bpf_obj_get_info_by_fd(fd, &info, &size) == 0)
		verdict->translated = info.xlated_prog_len / 8;
}

static void print_program(const struct verdict *verdict)
{
	printf("{\"name\":");
	print_string(verdict->name);
	printf(",\"errno\":%d", -verdict->error);
	if (verdict->translated)
		printf(",\"translated\":%u", verdict->translated);
	printf(",\"words\":");
	print_string(verdict->words);
	printf("}");
}

static void print_maps(struct bpf_object *object)
{
	struct bpf_map *map;
	int first = 1;

	bpf_object__for_each_map(map, object) {
		struct bpf_map_info info = {};
		__u32 size = sizeof(info);

		if (bpf_map__fd(map) < 0 || bpf_obj_get_info_by_fd(bpf_map__fd(map), &info, &size))
			continue;
		printf("%s{\"name\":", first ? "" : ",");
		print_string(bpf_map__name(map));
		printf(",\"kernelName\":");
		print_string(info.name);
		printf(",\"type\":%u,\"keySize\":%u,\"valueSize\":%u,\"maxEntries\":%u,\"flags\":%u,\"extra\":\"%llu\"}",
		       info.type, info.key_size, info.value_size, info.max_entries, info.map_flags, info.map_extra);
		first = 0;
	}
}

/* Loads the program of this place alone. */
static void try_alone(const char *path, int wanted, struct verdict *verdict)
{
	struct bpf_object *object = open_object(path);
	struct bpf_program *program, *found = NULL;
	int place = 0, error;

	bpf_object__for_each_program(program, object) {
		bpf_program__set_autoload(program, place == wanted);
		if (place++ == wanted)
			found = program;
	}
	error = bpf_object__load(object);
	decide(verdict, bpf_program__name(found), error, error ? -1 : bpf_program__fd(found));
	bpf_object__close(object);
}

/* Loads those together of which nothing is known; gives the place of the one that it failed for, or -1. */
static int try_rest(const char *path, struct verdict *verdicts)
{
	struct bpf_object *object = open_object(path);
	struct bpf_program *program;
	int place = 0, failed = -1, error;

	bpf_object__for_each_program(program, object)
		bpf_program__set_autoload(program, !verdicts[place++].known);
	culprit[0] = 0;
	error = bpf_object__load(object);
	place = 0;
	bpf_object__for_each_program(program, object) {
		struct verdict *verdict = &verdicts[place];
		const char *name = bpf_program__name(program);

		if (!verdict->known && !error)
			decide(verdict, name, 0, bpf_program__fd(program));
		else if (!verdict->known && strcmp(name, culprit) == 0)
			failed = place;
		place++;
	}
	bpf_object__close(object);
	return failed;
}

int main(int count, char **arguments)
{
	const char *path = arguments[1];
	struct bpf_program *program;
	int error, programs = 0;

	if (count != 2)
		return 2;
	libbpf_set_strict_mode(LIBBPF_STRICT_ALL);
	libbpf_set_print(keep);
	struct bpf_object *object = open_object(path);
	if (!object) {
		printf("{\"version\":\"%s\",\"opened\":%d,\"words\":", libbpf_version_string(), errno);
		print_string(last);
		printf(",\"programs\":[],\"maps\":[]}\n");
		return 0;
	}
	bpf_object__for_each_program(program, object)
		programs++;
	error = bpf_object__load(object);
	printf("{\"version\":\"%s\",\"opened\":0,\"loaded\":%d,\"words\":", libbpf_version_string(), -error);
	print_string(error ? last : "");
	printf(",\"maps\":[");
	if (!error)
		print_maps(object);
	bpf_object__close(object);

	struct verdict *verdicts = calloc(programs + 1, sizeof(*verdicts));
	for (int place = 0; place >= 0;) {
		place = try_rest(path, verdicts);
		if (place < 0)
			break;
		try_alone(path, place, &verdicts[place]);
		if (!verdicts[place].error)
			break; /* it is not the one */
	}
	printf("],\"programs\":[");
	for (int place = 0; place < programs; place++) {
		if (!verdicts[place].known)
			try_alone(path, place, &verdicts[place]);
		if (place)
			printf(",");
		print_program(&verdicts[place]);
	}
	printf("]}\n");
	free(verdicts);
	return 0;
}
