package prompt

import (
	"cmp"
	"slices"
	"strings"

	"homehub/modules/hamanager/hamanagerapi"
	"homehub/modules/intent/internal/meaning"
)

const (
	// maxCandidates is how many devices are shown.
	maxCandidates = 30
	// fewCandidates is how many are shown where the sentence is about none of them.
	fewCandidates = 12
)

// What makes a device relevant to a sentence.
const (
	forName   = 6.0
	forPlace  = 3.0
	forKind   = 2.5
	forBefore = 2.0
	forHere   = 1.0
)

// ranked are the devices that a sentence is most likely about, the likeliest first.
type ranked struct {
	entity *hamanagerapi.Entity
	score  float64
}

// rank lists the devices that the speaker may see, by relevance, at most maxCandidates.
func rank(in Input) []*hamanagerapi.Entity {
	r := ranker{in: in, said: wordsIn(in.Utterance.Text), places: map[string]float64{}}
	for i := range in.Home.Areas {
		a := &in.Home.Areas[i]
		r.places[a.ID] = r.likeness(append([]string{a.Name}, a.Aliases...))
	}
	var all []ranked
	for _, e := range in.Home.Entities {
		if e.Exposed && in.May(meaning.GetState, e) {
			all = append(all, ranked{e, r.relevance(e)})
		}
	}
	slices.SortFunc(all, func(a, b ranked) int {
		return cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(a.entity.ID, b.entity.ID))
	})
	shown := make([]*hamanagerapi.Entity, 0, maxCandidates)
	for _, x := range all {
		if len(shown) == maxCandidates || len(shown) >= fewCandidates && x.score < forKind {
			break
		}
		shown = append(shown, x.entity)
	}

	return shown
}

// ranker weighs the devices of one utterance.
type ranker struct {
	in     Input
	said   []string
	places map[string]float64 // how much of an area's name was said, by its id
}

func (r *ranker) relevance(e *hamanagerapi.Entity) float64 {
	score := usefulness(e)
	score += forName*max(r.likeness([]string{e.Name}), r.likeness(e.Aliases)) + forPlace*r.places[e.AreaID]
	if slices.ContainsFunc(r.said, func(word string) bool { return beginsLike(word, known().Kinds[e.Domain]) }) {
		score += forKind
	}
	if e.AreaID != "" && e.AreaID == r.in.Utterance.AreaID {
		score += forHere
	}
	if last := r.in.Utterance.Before.Last(); last != nil && slices.Contains(last.Targets, e) {
		score += forBefore
	}

	return score
}

// likeness is how well the best word of some names is met by a word that was said, 0 to 1.
func (r *ranker) likeness(names []string) float64 {
	best := 0.0
	for _, name := range names {
		for _, word := range wordsIn(name) {
			for _, said := range r.said {
				best = max(best, alike(word, said))
			}
		}
	}

	return best
}

// alike compares the beginnings of two words: Hungarian changes their ends.
func alike(a, b string) float64 {
	const shortest = 3
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	if n < shortest || 3*n < 2*min(len(a), len(b)) {
		return 0
	}

	return float64(n) / float64(max(len(a), n))
}

// usefulness orders what a sentence says nothing about: what people command comes before what only shows.
func usefulness(e *hamanagerapi.Entity) float64 {
	score := 0.1
	switch e.Domain {
	case "light":
		score = 0.9
	case "scene", "climate", "cover", "media_player":
		score = 0.8
	case "switch", "fan", "vacuum", "script", "lock", "humidifier", "todo":
		score = 0.5
	}
	if e.Category != "" {
		score -= 0.5
	}

	return score
}

// leansOnStates reports whether a sentence is about how things are now.
func leansOnStates(text string) bool {
	return strings.Contains(text, "?") || slices.ContainsFunc(wordsIn(text), func(word string) bool {
		return slices.Contains(known().States, word)
	})
}
