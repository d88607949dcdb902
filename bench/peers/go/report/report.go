// Package report is what every Go program here shares: one JSON line per measurement. Times are nanoseconds, memory is bytes.
package report

import (
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Value prints one measurement.
func Value(metric string, value float64) {
	fmt.Printf("{\"metric\":%q,\"value\":%.9g}\n", metric, value)
}

// Each prints a time divided among count things.
func Each(metric string, took time.Duration, count int) {
	Value(metric, float64(took.Nanoseconds())/float64(count))
}

// Median prints the median of the samples.
func Median(metric string, samples []time.Duration) {
	slices.Sort(samples)
	Each(metric, samples[len(samples)/2], 1)
}

// Peak prints the most memory that this process ever held.
func Peak() {
	status, _ := os.ReadFile("/proc/self/status")
	for line := range strings.SplitSeq(string(status), "\n") {
		var kilobytes float64
		if n, _ := fmt.Sscanf(line, "VmHWM: %f", &kilobytes); n == 1 {
			Value("peak", kilobytes*1024)
		}
	}
}

// Check ends the program at an error: no work here expects one.
func Check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// Must gives the value, or ends the program.
func Must[T any](value T, err error) T {
	Check(err)
	return value
}

// Number reads an argument.
func Number(text string) int { return Must(strconv.Atoi(text)) }

// Tool runs a program of $BENCH_BIN and waits for it.
func Tool(name string, arguments ...string) {
	Check(exec.Command(os.Getenv("BENCH_BIN")+"/"+name, arguments...).Run())
}

// Time runs the work and gives how long it took.
func Time(work func()) time.Duration {
	start := time.Now()
	work()
	return time.Since(start)
}
