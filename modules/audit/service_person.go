package audit

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"time"
)

// personBatch is how many entries about a person are read or erased at once: writers of other
// chains wait no longer than that takes. A person's own are read and erased a block at a time.
const personBatch = 500

// ownEntry is an entry as the person who acted gets it.
type ownEntry struct {
	HouseholdID string            `json:"household_id"`
	Seq         int64             `json:"seq"`
	At          time.Time         `json:"at"`
	Action      string            `json:"action"`
	Outcome     string            `json:"outcome"`
	RequestID   string            `json:"request_id"`
	Target      string            `json:"target"`
	Details     json.RawMessage   `json:"details"`
	Personal    map[string]string `json:"personal"`
}

// Export calls add with each entry of what a person did, with what it holds of theirs.
func (m *Module) Export(ctx context.Context, userID string, add func(item any) error) error {
	return m.svc.export(ctx, userID, add)
}

// Erase deletes what entries hold of a person: of their own acts everything but what was done,
// of others' acts about them their address and the like. The chains stay whole: they hold only
// salted commitments to what is gone. It may be repeated.
func (m *Module) Erase(ctx context.Context, userID string) error { return m.svc.erase(ctx, userID) }

func (s *service) erase(ctx context.Context, userID string) error {
	err := s.eachBlock(ctx, userID, func(b block, entries []entry) error {
		return s.store.erasePersonal(ctx, b.HouseholdID, seqsOf(entries), false)
	})
	if err != nil {
		return err
	}

	return s.eraseAbout(ctx, userID)
}

// eachBlock calls visit with what a person did, block by block.
func (s *service) eachBlock(ctx context.Context, userID string, visit func(b block, entries []entry) error) error {
	var after block
	for {
		page, err := s.store.listBlocks(ctx, userID, after, personBatch)
		if err != nil || len(page) == 0 {
			return err
		}
		for _, b := range page {
			entries, err := s.store.listOwn(ctx, userID, b)
			if err != nil {
				return err
			}
			if len(entries) == 0 {
				continue
			}
			if err := visit(b, entries); err != nil {
				return err
			}
		}
		after = page[len(page)-1]
	}
}

func seqsOf(entries []entry) []int64 {
	seqs := make([]int64, len(entries))
	for i, e := range entries {
		seqs[i] = e.Seq
	}

	return seqs
}

// eraseAbout erases what others' entries hold of a person.
func (s *service) eraseAbout(ctx context.Context, userID string) error {
	var after place
	for {
		page, err := s.store.listAbout(ctx, userID, after, personBatch)
		if err != nil || len(page) == 0 {
			return err
		}
		seqs := map[string][]int64{}
		for _, p := range page {
			seqs[p.HouseholdID] = append(seqs[p.HouseholdID], p.Seq)
		}
		err = s.db.InTx(ctx, func(ctx context.Context) error {
			for _, householdID := range slices.Sorted(maps.Keys(seqs)) { // one order for all who erase
				if err := s.store.erasePersonal(ctx, householdID, seqs[householdID], true); err != nil {
					return err
				}
			}

			return nil
		})
		if err != nil {
			return err
		}
		after = page[len(page)-1]
	}
}

func (s *service) export(ctx context.Context, userID string, add func(item any) error) error {
	return s.eachBlock(ctx, userID, func(_ block, entries []entry) error { return s.exportEntries(ctx, entries, add) })
}

// exportEntries adds entries of one chain.
func (s *service) exportEntries(ctx context.Context, entries []entry, add func(item any) error) error {
	texts, err := s.store.findTexts(ctx, entries[0].HouseholdID, seqsOf(entries))
	if err != nil {
		return err
	}
	for _, e := range entries {
		own := ownEntry{
			HouseholdID: e.HouseholdID, Seq: e.Seq, At: e.At.UTC(), Action: e.Action, Outcome: e.Outcome,
			RequestID: e.RequestID, Target: e.Target, Details: detailsOf(e), Personal: texts[e.Seq],
		}
		if own.Personal == nil {
			own.Personal = map[string]string{} // never null
		}
		if err := add(own); err != nil {
			return err
		}
	}

	return nil
}
