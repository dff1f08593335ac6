package speech

// Apology is why the language model did not answer, as far as it can be told.
type Apology string

// The apologies; data/speech.yaml has their words.
const (
	ModelBusy  Apology = "model_busy"  // too many others ask
	ModelSpent Apology = "model_spent" // the household's share of the day is used up
	ModelLate  Apology = "model_late"  // it was asked, and time was up
)

// SayWithoutModel says that nobody understood, and why the language model was no help.
func SayWithoutModel(why Apology) string { return sayPhrase(string(why)) }
