package conf

import (
	"errors"
	"slices"
	"strconv"
	"strings"
)

// maxCPU bounds the number of a processor: the kernel's own sets are no larger.
const maxCPU = 1023

// ParseCPUs reads numbers and ranges between commas: "0-3,6".
func ParseCPUs(text string) ([]int, error) {
	var out []int
	for _, part := range strings.Split(text, ",") {
		low, high, ranged := strings.Cut(part, "-")
		a, err := strconv.Atoi(low)
		b := a
		if ranged && err == nil {
			if b = maxCPU; high != "" {
				b, err = strconv.Atoi(high)
			}
		}
		if err != nil || a < 0 || b < a || b > maxCPU {
			return nil, errors.New("want numbers of processors and ranges of them, as in 0-3,6")
		}
		for n := a; n <= b; n++ {
			out = append(out, n)
		}
	}
	slices.Sort(out)
	return slices.Compact(out), nil
}

// CPUsText is what ParseCPUs reads.
func CPUsText(cpus []int) string {
	var out []string
	for i := 0; i < len(cpus); {
		j := i
		for j+1 < len(cpus) && cpus[j+1] == cpus[j]+1 {
			j++
		}
		if text := strconv.Itoa(cpus[i]); i == j {
			out = append(out, text)
		} else {
			out = append(out, text+"-"+strconv.Itoa(cpus[j]))
		}
		i = j + 1
	}
	return strings.Join(out, ",")
}
