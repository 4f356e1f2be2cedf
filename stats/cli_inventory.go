package stats

// Commands lists the commands of the stats socket by name, in the order of their help.
func Commands() []string {
	names := make([]string, len(commandTable))
	for i := range commandTable {
		names[i] = commandTable[i].name
	}
	return names
}
