package evaluation

// ActionTest is a sentence of the second format: what it changes in a home is compared.
type ActionTest struct {
	File, Sentence string
	Device         string // that hears it
	Setup          map[string]any
	Expect         map[string]any
	Ignore         map[string]any
}
