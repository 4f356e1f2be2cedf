package main

import (
	"flag"
	"fmt"
	"log"
	"os"
	"runtime"
	"strings"
	"time"
)

// options are the command line.
type options struct {
	subjects  []string
	scenarios []string
	rounds    int
	length    time.Duration
	weir      string
	builtin   bool
	attack    string // which attacks; "" = all
	profile   string // where Weir writes its CPU profile; "" = nowhere
	dir       string
	port      func() int // where subjects listen; nil = on their fixed ports
}

func main() {
	log.SetFlags(0)
	if len(os.Args) > 1 && part(os.Args[1], os.Args[2:]) {
		return
	}
	var o options
	subjects := flag.String("subjects", "weir,haproxy,nginx", "who is measured; one that is not installed is left out; floor is a relay that does the system calls and nothing else")
	which := flag.String("scenarios", strings.Join(scenarioNames(), ","), "what is measured")
	flag.IntVar(&o.rounds, "rounds", 3, "interleaved rounds; the medians are printed")
	flag.DurationVar(&o.length, "for", 3*time.Second, "length of one measurement")
	flag.StringVar(&o.weir, "weir", "", "a weir binary; built from cmd/weir when empty")
	flag.BoolVar(&o.builtin, "builtin", false, "use the built-in load even where wrk is installed")
	curve := flag.Bool("curve", false, "measure the cost of a request against the number of backends and of ACLs")
	rules := flag.Bool("rules", false, "measure what twenty typical rules add to a request")
	attacks := flag.Bool("attacks", false, "measure what other clients feel of one that attacks over HTTP/2")
	flag.StringVar(&o.attack, "attack", "", "which attacks, by their names with ; between them; all when empty")
	profile := flag.String("profile", "", "load Weir alone and write its CPU profile to this file, for the compiler")
	flag.Parse()
	o.subjects, o.scenarios = strings.Split(*subjects, ","), strings.Split(*which, ",")
	if runtime.NumCPU() < 2 {
		log.Print("bench: one core only: the proxy shares it with the load, and rates mean little; cpu_us still does")
	}
	measure := compare
	switch {
	case *curve:
		measure = runCurves
	case *attacks:
		measure = runAttacks
	case *rules:
		measure = runRules
	case *profile != "":
		measure = func(o *options) error { return runProfile(o, *profile) }
	}
	if err := run(&o, measure); err != nil {
		log.Fatalf("bench: %v", err)
	}
}

// part is what this program does as a process of its own; false: it is no part.
func part(name string, args []string) bool {
	switch name {
	case "origin":
		log.Fatal(serveOrigin(args[0]))
	case "floor":
		log.Fatal(serveFloor(originBase+"1", args...))
	case "load":
		loadMain(args)
	case "attack":
		attackMain(args)
	case "others":
		othersMain(args)
	default:
		return false
	}
	return true
}

func run(o *options, measure func(*options) error) (err error) {
	if o.dir, err = os.MkdirTemp("", "weir-bench-"); err != nil {
		return err
	}
	defer os.RemoveAll(o.dir)
	if err := o.buildWeir(); err != nil {
		return err
	}
	origin, err := startOrigin()
	if err != nil {
		return err
	}
	defer origin.stop()
	return measure(o)
}

// compare runs the scenarios over all subjects that are installed.
func compare(o *options) error {
	var live []*subject
	for _, name := range o.subjects {
		s, err := startSubject(o, name)
		if err != nil {
			return err
		}
		if s == nil {
			log.Printf("# %s is not installed, left out", name)
			continue
		}
		defer s.proc.stop()
		live = append(live, s)
	}
	fmt.Printf("%-9s %-8s %12s %9s %8s %7s  %s\n", "scenario", "subject", "rate/s", "cpu_us", "ratio", "rss MB", "notes")
	for _, name := range o.scenarios {
		sc, ok := scenarios[name]
		if !ok {
			return fmt.Errorf("scenario %q; want one of %s", name, strings.Join(scenarioNames(), ", "))
		}
		rows := make([][]result, len(live))
		for range o.rounds {
			for i, s := range live {
				rows[i] = append(rows[i], sc.measure(o, s))
			}
			if sc.once {
				break
			}
		}
		report(name, sc, live, rows)
	}
	return nil
}

// report prints the medians; ratio is the first subject's cost over each other's.
func report(name string, sc scenario, live []*subject, rows [][]result) {
	first := median(rows[0], func(r result) float64 { return r.cost })
	for i, s := range live {
		cost := median(rows[i], func(r result) float64 { return r.cost })
		ratio := "-"
		if i > 0 && cost > 0 {
			ratio = fmt.Sprintf("%.2f", first/cost)
		}
		fmt.Printf("%-9s %-8s %12.0f %9.2f %8s %7d  %s%s\n", name, s.name, median(rows[i], func(r result) float64 { return r.rate }), cost, ratio,
			s.proc.rss()>>20, sc.unit, rows[i][len(rows[i])-1].note)
	}
}
