// bpf WORK ARGUMENT…: the works of the BPF side through cilium/ebpf.
//
//	maps COUNT | events OBJECT read|read-into|perf|live SIZE COUNT ROUNDS
//	btf ITERATIONS | parse FILE ITERATIONS | load FILE ITERATIONS | load-shared FILE ITERATIONS
package main

import (
	"fmt"
	"os"

	"peers/report"
)

func main() {
	work, arguments := os.Args[1], os.Args[2:]
	switch work {
	case "maps":
		maps(report.Number(arguments[0]))
	case "events":
		events(arguments[0], arguments[1], arguments[2], report.Number(arguments[3]), report.Number(arguments[4]))
	case "btf":
		kernelBTF(report.Number(arguments[0]))
	case "parse", "load", "load-shared":
		object(work, report.Must(os.ReadFile(arguments[0])), report.Number(arguments[1]))
	default:
		fmt.Fprintln(os.Stderr, "no work", work)
		os.Exit(2)
	}
	report.Peak()
}
