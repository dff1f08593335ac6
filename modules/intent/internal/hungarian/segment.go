package hungarian

import "slices"

// beam is how many coverings of the sentence are kept at each of its tokens, and so how
// many are read in the end.
const beam = 4

// covering is a row of spans that covers the sentence from its beginning to some token.
type covering struct {
	score float32
	span  int32 // the last span
	prev  int32 // the covering before it, -1 at the beginning
}

// coverings returns the best ways to cover the whole sentence with spans, best first. It is
// a walk from left to right that keeps only the best few at each token, so its cost is
// tokens times spans per token times beam. They are found once: a sentence that makes no sense at
// first is read in several ways. Who changes a row must clone it; rows itself is the caller's.
func (f *spanner) coverings() (rows [][]*span, scores []float32) {
	if f.rows == nil {
		f.rows, f.scores = f.findCoverings()
	}

	return slices.Clone(f.rows), f.scores
}

func (f *spanner) findCoverings() (rows [][]*span, scores []float32) {
	n := len(f.s.Tokens)
	all := make([]covering, 1, 1+beam*len(f.spans))
	all[0] = covering{span: -1, prev: -1}
	ends := make([][beam]int32, n+1)
	counts := make([]int, n+1)
	counts[0] = 1

	for i := range n {
		for k := range counts[i] {
			before := ends[i][k]
			for at := f.byStart[i]; at < f.byStart[i+1]; at++ {
				s := &f.spans[at]
				next := covering{score: all[before].score + s.score, span: int32(at), prev: before} //nolint:gosec // few spans
				keep(&all, &ends[s.to], &counts[s.to], next)
			}
		}
	}

	for _, last := range ends[n][:counts[n]] {
		row := make([]*span, 0, n)
		for at := last; all[at].span >= 0; at = all[at].prev {
			row = append(row, &f.spans[all[at].span])
		}
		slices.Reverse(row)
		rows = append(rows, row)
		scores = append(scores, all[last].score)
	}

	return rows, scores
}

// keep puts a covering among the best of its end, sorted by falling score.
func keep(all *[]covering, best *[beam]int32, count *int, c covering) {
	if *count == beam && (*all)[best[beam-1]].score >= c.score {
		return
	}
	*all = append(*all, c)
	if *count < beam {
		*count++
	}
	at := *count - 1
	for at > 0 && (*all)[best[at-1]].score < c.score {
		best[at] = best[at-1]
		at--
	}
	best[at] = int32(len(*all) - 1) //nolint:gosec // bounded by tokens and beam
}
