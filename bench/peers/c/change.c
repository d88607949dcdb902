// Changes, as fast as the kernel takes them.
//   change routes COUNT WINDOW ack|last DEVICE    adds and deletes COUNT routes, WINDOW messages a send, an ACK each or only on the last
//   change veth COUNT single|group                creates COUNT pairs and deletes them, one by one or as one group
//   change fill-routes COUNT DEVICE [TABLE]       for a dump: adds and leaves them
//   change fill-links COUNT                       for a dump: COUNT pairs
//   change empty-links                            deletes them
//   change storm COUNT DEVICE                     COUNT route events: adds and deletes in turn, nothing acknowledged
#include "rtnl.h"

// The storm's destinations lie beyond those that any fill adds: an add that fails would make no event.
enum { GROUP = 7, STORM_SPAN = 1024, STORM_FIRST = 1 << 23 };

static char *buffer;

static void routes(int type, long count, int window, int last_only, int device, int table) {
  int flags = type == RTM_NEWROUTE ? NLM_F_CREATE | NLM_F_EXCL : 0;
  for (long i = 0; i < count;) {
    char *to = buffer;
    int in_window = 0;
    for (; in_window < window && i < count; in_window++, i++) {
      int ack = !last_only || in_window == window - 1 || i == count - 1;
      to = route_message(to, type, flags | (ack ? NLM_F_ACK : 0), i, device, table);
    }
    transmit(buffer, to - buffer);
    acknowledge(last_only ? 1 : in_window);
  }
}

static void create_pairs(long count, int group) {
  for (long i = 0; i < count; i++) {
    transmit(buffer, veth_message(buffer, i, group) - buffer);
    acknowledge(1);
  }
}

static void delete_link(int type, const void *value, size_t size) {
  char *to = zeroed(begin(buffer, RTM_DELLINK, NLM_F_ACK), sizeof(struct ifinfomsg));
  to = attribute(to, type, value, size);
  transmit(buffer, end(buffer, to) - buffer);
  acknowledge(1);
}

static void delete_group(void) {
  uint32_t group = GROUP;
  delete_link(IFLA_GROUP, &group, sizeof group);
}

static void veth(long count, int by_group) {
  uint64_t start = now_ns();
  create_pairs(count, by_group ? GROUP : 0);
  uint64_t created = now_ns();
  if (by_group) {
    delete_group();
  } else {
    for (long i = 0; i < count; i++) {
      char name[IFNAMSIZ];
      delete_link(IFLA_IFNAME, name, snprintf(name, sizeof name, "v%lda", i) + 1);
    }
  }
  report("create", (created - start) / (double)count);
  report("delete", (now_ns() - created) / (double)count);
}

static void storm(long count, int device) {
  for (long i = 0; i < count;) {
    char *to = buffer;
    for (int k = 0; k < 128 && i < count; k++, i++) {
      int type = i & 1 ? RTM_DELROUTE : RTM_NEWROUTE;
      to = route_message(to, type, i & 1 ? 0 : NLM_F_CREATE | NLM_F_EXCL, STORM_FIRST + (i >> 1) % STORM_SPAN, device, RT_TABLE_MAIN);
    }
    transmit(buffer, to - buffer);
  }
}

int main(int count, char **arguments) {
  if (count < 2) return 2;
  const char *what = arguments[1];
  long amount = count > 2 ? number(arguments[2]) : 0;
  buffer = malloc(1 << 20);
  start_rtnl();
  if (!strcmp(what, "routes") && count > 5) {
    int window = number(arguments[3]), last_only = !strcmp(arguments[4], "last"), device = device_index(arguments[5]);
    uint64_t start = now_ns();
    routes(RTM_NEWROUTE, amount, window, last_only, device, RT_TABLE_MAIN);
    uint64_t added = now_ns();
    routes(RTM_DELROUTE, amount, window, last_only, device, RT_TABLE_MAIN);
    report("add", (added - start) / (double)amount);
    report("delete", (now_ns() - added) / (double)amount);
  } else if (!strcmp(what, "veth") && count > 3) {
    veth(amount, !strcmp(arguments[3], "group"));
  } else if (!strcmp(what, "fill-routes") && count > 3) {
    routes(RTM_NEWROUTE, amount, 128, 1, device_index(arguments[3]), count > 4 ? number(arguments[4]) : RT_TABLE_MAIN);
  } else if (!strcmp(what, "fill-links")) {
    create_pairs(amount, GROUP);
  } else if (!strcmp(what, "empty-links")) {
    delete_group();
  } else if (!strcmp(what, "storm") && count > 3) {
    storm(amount, device_index(arguments[3]));
  } else {
    return 2;
  }
  report_peak();
  return 0;
}
