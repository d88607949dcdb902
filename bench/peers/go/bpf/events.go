package main

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"time"

	"github.com/cilium/ebpf"
	"github.com/cilium/ebpf/perf"
	"github.com/cilium/ebpf/ringbuf"

	"peers/report"
)

const patience = 400 * time.Millisecond

// A reader gives one record at a time; false when there is none before the deadline.
type reader struct {
	next     func() bool
	deadline func(time.Time)
}

func openRing(of *ebpf.Map, into bool) reader {
	ring := report.Must(ringbuf.NewReader(of))
	var record ringbuf.Record
	return reader{deadline: ring.SetDeadline, next: func() bool {
		var err error
		if into {
			err = ring.ReadInto(&record)
		} else {
			record, err = ring.Read()
		}
		if errors.Is(err, os.ErrDeadlineExceeded) {
			return false
		}
		report.Check(err)
		sink += binary.NativeEndian.Uint64(record.RawSample)
		return true
	}}
}

func openPerf(of *ebpf.Map) reader {
	buffers := report.Must(perf.NewReader(of, 4096*os.Getpagesize()))
	var record perf.Record
	return reader{deadline: buffers.SetDeadline, next: func() bool {
		err := buffers.ReadInto(&record)
		if errors.Is(err, os.ErrDeadlineExceeded) {
			return false
		}
		report.Check(err)
		sink += binary.NativeEndian.Uint64(record.RawSample)
		return true
	}}
}

func events(file, how, size string, count, rounds int) {
	collection := report.Must(ebpf.NewCollection(report.Must(ebpf.LoadCollectionSpec(file))))
	source := "ring"
	var from reader
	if how == "perf" {
		source = "perf"
		from = openPerf(collection.Maps["perf"])
	} else {
		from = openRing(collection.Maps["ring"], how != "read")
	}
	program := collection.Programs[fmt.Sprintf("%s_%s", source, size)]
	var samples []time.Duration
	read := 0
	for range rounds {
		var took time.Duration
		if how == "live" {
			took, read = live(from, program, count)
		} else {
			report.Must(program.Run(&ebpf.RunOptions{Data: make([]byte, 64), Repeat: uint32(count)}))
			from.deadline(time.Unix(1, 0)) // passed already: what is there, and no waiting
			took, read = drain(from)
		}
		samples = append(samples, took*1000/time.Duration(read))
	}
	report.Each("record", median(samples), 1000)
	report.Value("items", float64(read))
}

func drain(from reader) (time.Duration, int) {
	read := 0
	return report.Time(func() {
		for from.next() {
			read++
		}
	}), read
}

// live reads while another process produces, from the first record to the last.
func live(from reader, program *ebpf.Program, count int) (time.Duration, int) {
	producer := exec.Command(os.Getenv("BENCH_BIN")+"/events", "-", "produce", "3", fmt.Sprint(count))
	producer.ExtraFiles = []*os.File{os.NewFile(uintptr(program.FD()), "program")}
	report.Check(producer.Start())
	var first, last time.Time
	read := 0
	for read < count {
		if read&1023 == 0 {
			last = time.Now()
			from.deadline(last.Add(patience))
		}
		if !from.next() {
			break
		}
		if read == 0 {
			first = time.Now()
		}
		read++
	}
	if read == count {
		last = time.Now()
	}
	report.Check(producer.Wait())
	return last.Sub(first), read
}
