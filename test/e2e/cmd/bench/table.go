package main

import (
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"
	"time"
)

// results are the measured values by row and column; several rounds give several values.
type results map[string]map[string][]float64

func (r results) add(row, column string, value float64) {
	if r[row] == nil {
		r[row] = map[string][]float64{}
	}
	r[row][column] = append(r[row][column], value)
	fmt.Fprintf(os.Stderr, "  %-14s %-28s %.3f\n", row, column, value)
}

// note keeps a text as the name of a column of its row.
func (r results) note(row, text string) { r.add(row, text, 0) }

func (r results) fail(item string, err error) {
	r.note("failed", fmt.Sprintf("%s: %v", item, err))
}

// median of the rounds, or "–" where nothing was measured.
func (r results) median(row, column, format string) string {
	values := slices.Sorted(slices.Values(r[row][column]))
	if len(values) == 0 {
		return "–"
	}
	return fmt.Sprintf(format, values[len(values)/2])
}

// row of the table: what the design wants, what the best peer reached, and where this run's value is.
type row struct {
	what, target, peer, key, format string
}

func rows(big int) []row {
	a := fmt.Sprintf("A%d", big)
	return []row{
		{"A: 512 × 8 GPUs, 1,000 nodes: last created → last bound, s", "≤ 1.5", "2.2 Coscheduling", "A1000", "%.2f"},
		{"– partly bound for, s", "≤ 0.4 (limits as shipped)", "10.2 Coscheduling, 0.5 Volcano", "A1000 window", "%.2f"},
		{"– CPU of scheduler and Muster, s", "", "2.0 Coscheduling", "A1000 cpu", "%.1f"},
		{fmt.Sprintf("A: %d nodes, s", big), "≤ 1.5", "2.3 Coscheduling", a, "%.2f"},
		{"– partly bound for, s", "≤ 0.4 (limits as shipped)", "", a + " window", "%.2f"},
		{"– CPU of scheduler and Muster, s", "", "", a + " cpu", "%.1f"},
		{"B: 64 × 8 in one block, 70 % full, s", "≤ 0.35", "0.37 native", "B", "%.2f"},
		{"– racks used", "8", "13 to 16", "B racks", "%.0f"},
		{"C: \"cannot fit\" said after, s", "≤ 0.2", "0.16", "C verdict", "%.2f"},
		{"– CPU s per minute while pending", "≤ 0.06", "0.06 Coscheduling", "C cpu", "%.2f"},
		{"– of these Muster's", "", "", "C muster", "%.2f"},
		{"– writes of pods and Events per minute", "0", "0", "C writes", "%.0f"},
		{"– space freed → gang bound, s", "≤ 0.5", "0.7 Volcano", "C freed", "%.2f"},
		{"D: 100 gangs × 8, pods/s", "≥ stock", "236 Coscheduling", "D", "%.0f"},
		{"– longest time partly bound, s", "", "0.13 Volcano", "D window", "%.2f"},
		{"E: winner whole after, s", "", "0.23 native", "E winner", "%.2f"},
		{"– CPU s per minute", "", "0.4 Kueue", "E cpu", "%.2f"},
		{"– winner deleted → loser bound, s", "≤ 0.5", "0.95 KAI", "E freed", "%.2f"},
	}
}

// table renders everything as Markdown.
func (r results) table(big int) string {
	var out strings.Builder
	fmt.Fprintf(&out, "\n%s, %d CPUs, %s. Medians of the rounds; client limits of kube-scheduler raised to %d unless said.\n\n",
		time.Now().Format("2006-01-02"), runtime.NumCPU(), cpuModel(), raised)
	out.WriteString("| what | to reach | best peer measured |")
	for _, which := range sides {
		fmt.Fprintf(&out, " %s |", which.name)
	}
	out.WriteString("\n|---|---|---|" + strings.Repeat("---|", len(sides)) + "\n")
	for _, line := range rows(big) {
		if r[line.key] == nil {
			continue
		}
		fmt.Fprintf(&out, "| %s | %s | %s |", line.what, line.target, line.peer)
		for _, which := range sides {
			fmt.Fprintf(&out, " %s |", r.median(line.key, which.name, line.format))
		}
		out.WriteString("\n")
	}
	for text := range r["E state"] {
		fmt.Fprintf(&out, "\nE: after the wait the two gangs had %s members bound.\n", text)
	}
	for text := range r["failed"] {
		fmt.Fprintf(&out, "\n**Failed** %s\n", text)
	}
	return out.String()
}

// cpuModel is the name of the processor.
func cpuModel() string {
	data, err := os.ReadFile("/proc/cpuinfo")
	if err == nil {
		for line := range strings.Lines(string(data)) {
			if name, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(name) == "model name" {
				return strings.TrimSpace(value)
			}
		}
	}
	return runtime.GOARCH
}
