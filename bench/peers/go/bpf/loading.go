package main

import (
	"bytes"
	"slices"
	"time"

	"github.com/cilium/ebpf"
	"github.com/cilium/ebpf/btf"

	"peers/report"
)

func median(samples []time.Duration) time.Duration {
	slices.Sort(samples)
	return samples[len(samples)/2]
}

func kernelBTF(iterations int) {
	var loads, finds []time.Duration
	for i := range iterations {
		var spec *btf.Spec
		loads = append(loads, report.Time(func() { spec = report.Must(btf.LoadKernelSpec()) }))
		finds = append(finds, report.Time(func() {
			var task *btf.Struct
			report.Check(spec.TypeByName("task_struct", &task))
		}))
		if i == 0 {
			report.Each("first-load", loads[0], 1)
			report.Each("first-find", finds[0], 1)
		}
	}
	report.Median("load", loads)
	report.Median("find", finds)
}

// object parses, or parses and loads. Every load reads the kernel's BTF anew, as libbpf does, unless it is shared.
func object(work string, file []byte, iterations int) {
	var options ebpf.CollectionOptions
	if work == "load-shared" {
		options.Cache = btf.NewCache()
	}
	var samples []time.Duration
	for range iterations {
		var collection *ebpf.Collection
		samples = append(samples, report.Time(func() {
			spec := report.Must(ebpf.LoadCollectionSpecFromReader(bytes.NewReader(file)))
			if work != "parse" {
				collection = report.Must(ebpf.NewCollectionWithOptions(spec, options))
			}
		}))
		if collection != nil {
			collection.Close()
		}
	}
	report.Each("first", samples[0], 1)
	metric := "load"
	if work == "parse" {
		metric = "parse"
	}
	report.Median(metric, samples)
}
