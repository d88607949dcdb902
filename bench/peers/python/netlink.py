"""netlink.py WORK ARGUMENT...: rtnetlink through pyroute2.

links ITERATIONS | routes ITERATIONS [TABLE] | change-routes COUNT DEVICE | veth COUNT | drain COUNT DEVICE
"""

import json
import os
import socket
import statistics
import struct
import subprocess
import sys
import time

from pyroute2 import IPRoute
from pyroute2.netlink.rtnl import RTMGRP_IPV4_ROUTE

RT_SCOPE_LINK = 253
RTPROT_STATIC = 4
SO_RCVBUFFORCE = 33
RECEIVE_BUFFER = 1 << 30


def report(metric, value):
    print(json.dumps({'metric': metric, 'value': value}), flush=True)


def timed(work):
    start = time.perf_counter_ns()
    result = work()
    return time.perf_counter_ns() - start, result


def destination(i):
    return socket.inet_ntoa(struct.pack('>I', 0x14000000 + i)) + '/32'


def dumps(iterations, dump):
    runs = [timed(lambda: len(list(dump()))) for _ in range(iterations)]
    report('dump', statistics.median(took for took, _ in runs))
    report('items', runs[-1][1])


def change_routes(ip, count, device):
    index = ip.link_lookup(ifname=device)[0]
    for metric, verb in (('add', 'add'), ('delete', 'del')):

        def work():
            for i in range(count):
                ip.route(verb, dst=destination(i), oif=index, scope=RT_SCOPE_LINK, proto=RTPROT_STATIC)

        report(metric, timed(work)[0] / count)


def veth(ip, count):
    def create():
        for i in range(count):
            ip.link('add', ifname=f'v{i}a', kind='veth', peer=f'v{i}b')

    def delete():
        for i in range(count):
            ip.link('del', ifname=f'v{i}a')

    report('create', timed(create)[0] / count)
    report('delete', timed(delete)[0] / count)


def drain(count, device):
    with IPRoute(groups=RTMGRP_IPV4_ROUTE) as ip:
        ip.bind(groups=RTMGRP_IPV4_ROUTE)
        ip.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, RECEIVE_BUFFER)
        subprocess.run([os.environ['BENCH_BIN'] + '/change', 'storm', str(count), device], check=True, stdout=subprocess.DEVNULL)

        def work():
            events = 0
            while events < count:
                events += len(list(ip.get()))
            return events

        took, events = timed(work)
    report('event', took / events)
    report('items', events)


def main(work, *arguments):
    if work == 'drain':
        return drain(int(arguments[0]), arguments[1])
    with IPRoute() as ip:
        if work == 'links':
            dumps(int(arguments[0]), ip.get_links)
        elif work == 'routes':
            extra = {'table': int(arguments[1])} if len(arguments) > 1 else {}
            dumps(int(arguments[0]), lambda: ip.get_routes(family=socket.AF_INET, **extra))
        elif work == 'change-routes':
            change_routes(ip, int(arguments[0]), arguments[1])
        elif work == 'veth':
            veth(ip, int(arguments[0]))
        else:
            sys.exit(f'no work {work}')


main(*sys.argv[1:])
