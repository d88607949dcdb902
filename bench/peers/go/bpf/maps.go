package main

import (
	"encoding/binary"
	"errors"

	"github.com/cilium/ebpf"
	"golang.org/x/sys/unix"

	"peers/report"
)

const (
	slots = 1 << 20
	batch = 1024
)

var sink uint64

func maps(count int) {
	hash := report.Must(ebpf.NewMap(&ebpf.MapSpec{Type: ebpf.Hash, KeySize: 4, ValueSize: 8, MaxEntries: slots}))
	each := func(metric string, work func(key uint32)) {
		report.Each(metric, report.Time(func() {
			for key := range uint32(count) {
				work(key)
			}
		}), count)
	}
	for key := range uint32(count) {
		report.Check(hash.Put(key, uint64(0)))
	}
	each("update", func(key uint32) { value := uint64(key) + 1; report.Check(hash.Put(&key, &value)) })
	each("lookup", func(key uint32) { var value uint64; report.Check(hash.Lookup(&key, &value)); sink += value })
	each("delete", func(key uint32) { report.Check(hash.Delete(&key)) })
	batches(hash, count)
	iterate(hash, count)
	mapped()
}

func batches(hash *ebpf.Map, count int) {
	keys, values := make([]uint32, count), make([]uint64, count)
	for i := range keys {
		keys[i], values[i] = uint32(i), uint64(i)
	}
	each := func(metric string, work func(from, to int)) {
		report.Each(metric, report.Time(func() {
			for from := 0; from < count; from += batch {
				work(from, min(count, from+batch))
			}
		}), count)
	}
	each("batch-update", func(from, to int) { report.Must(hash.BatchUpdate(keys[from:to], values[from:to], nil)) })
	total := 0
	report.Each("batch-lookup", report.Time(func() {
		foundKeys, foundValues := make([]uint32, batch), make([]uint64, batch)
		var cursor ebpf.MapBatchCursor
		for {
			found, err := hash.BatchLookup(&cursor, foundKeys, foundValues, nil)
			total += found
			if errors.Is(err, ebpf.ErrKeyNotExist) {
				return
			}
			report.Check(err)
		}
	}), count)
	each("batch-delete", func(from, to int) { report.Must(hash.BatchDelete(keys[from:to], nil)) })
	report.Must(hash.BatchUpdate(keys, values, nil))
}

func iterate(hash *ebpf.Map, count int) {
	report.Each("iterate", report.Time(func() {
		var key uint32
		var value uint64
		entries := hash.Iterate()
		for entries.Next(&key, &value) {
			sink += value
		}
		report.Check(entries.Err())
	}), count)
}

func mapped() {
	array := report.Must(ebpf.NewMap(&ebpf.MapSpec{Type: ebpf.Array, KeySize: 4, ValueSize: 8, MaxEntries: slots, Flags: unix.BPF_F_MMAPABLE}))
	memory := report.Must(array.Memory())
	buffer := make([]byte, 8*slots)
	report.Each("read", report.Time(func() {
		for range 10 {
			report.Must(memory.ReadAt(buffer, 0))
			for at := 0; at < len(buffer); at += 8 {
				sink += binary.NativeEndian.Uint64(buffer[at:])
			}
		}
	}), 10*slots)
	report.Each("write", report.Time(func() {
		for round := range 10 {
			for at := 0; at < len(buffer); at += 8 {
				binary.NativeEndian.PutUint64(buffer[at:], uint64(round))
			}
			report.Must(memory.WriteAt(buffer, 0))
		}
	}), 10*slots)
}
