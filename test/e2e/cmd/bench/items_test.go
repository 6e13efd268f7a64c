package main

import (
	"slices"
	"strings"
	"testing"
)

// The published cluster of work item B has 60, 76, 70 and 94 free nodes, and 8 racks are the fewest that hold 64.
func TestItemBIsThePublishedCluster(t *testing.T) {
	fewest := 99
	var free []int
	for _, racks := range freeInRack {
		sum, held, used := 0, 0, 0
		for _, n := range slices.Backward(slices.Sorted(slices.Values(racks))) {
			sum += n
			if held < 64 {
				held += n
				used++
			}
		}
		free = append(free, sum)
		if held >= 64 {
			fewest = min(fewest, used)
		}
	}
	if !slices.Equal(free, []int{60, 76, 70, 94}) || fewest != 8 {
		t.Fatalf("free %v, fewest racks %d", free, fewest)
	}
	if n := len(fillers(takenInB, 1000)); n != 700 {
		t.Fatalf("%d nodes are full, want 700", n)
	}
}

func TestTableShowsMediansAndFailures(t *testing.T) {
	r := results{}
	for _, v := range []float64{3, 1, 2} {
		r.add("A1000", "muster", v)
	}
	r.fail("C", errTest)
	table := r.table(5000)
	for _, want := range []string{"| ≤ 1.5 | 2.2 Coscheduling | 2.00 | – | – | – |", "**Failed** C: broken"} {
		if !strings.Contains(table, want) {
			t.Errorf("no %q in\n%s", want, table)
		}
	}
	if strings.Contains(table, "5000 nodes") {
		t.Error("a row without values is shown")
	}
}

type testError string

func (e testError) Error() string { return string(e) }

const errTest = testError("broken")
