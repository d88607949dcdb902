/* SPDX-License-Identifier: MIT */
/*
 * What libbpf makes of an object: the whole of it first, then each program on its own, as JSON. Programs of optional
 * sections are tried too. Nothing is pinned.
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static char last[512];

/* Keeps the first warning of each attempt that is about its end: libbpf's error numbers alone say little. */
static int keep(enum libbpf_print_level level, const char *format, va_list arguments)
{
	if (level == LIBBPF_WARN && (!last[0] || strstr(last, "Retrying")))
		vsnprintf(last, sizeof(last), format, arguments);
	return 0;
}

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

static void print_program(const char *name, int error, int fd)
{
	struct bpf_prog_info info = {};
	__u32 size = sizeof(info);

	printf("{\"name\":");
	print_string(name);
	printf(",\"errno\":%d", -error);
	if (!error && bpf_obj_get_info_by_fd(fd, &info, &size) == 0)
		printf(",\"translated\":%u", info.xlated_prog_len / 8);
	printf(",\"words\":");
	print_string(error ? last : "");
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
static void try_alone(const char *path, int wanted)
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
	print_program(bpf_program__name(found), error, error ? -1 : bpf_program__fd(found));
	bpf_object__close(object);
}

int main(int count, char **arguments)
{
	const char *path = arguments[1];
	struct bpf_program *program;
	int error, programs = 0, all = 1;

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
	bpf_object__for_each_program(program, object) {
		programs++;
		if (!bpf_program__autoload(program))
			all = 0;
	}
	error = bpf_object__load(object);
	printf("{\"version\":\"%s\",\"opened\":0,\"loaded\":%d,\"words\":", libbpf_version_string(), -error);
	print_string(error ? last : "");
	printf(",\"maps\":[");
	if (!error)
		print_maps(object);
	printf("],\"programs\":[");
	for (int i = 0; i < programs; i++) {
		if (i)
			printf(",");
		if (error || !all)
			try_alone(path, i);
		else
			break;
	}
	if (!error && all) {
		int i = 0;
		bpf_object__for_each_program(program, object) {
			if (i++)
				printf(",");
			print_program(bpf_program__name(program), 0, bpf_program__fd(program));
		}
	}
	printf("]}\n");
	bpf_object__close(object);
	return 0;
}
