package audit

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"time"
)

// personBatch is how many entries of a person are read or erased at once: writers of other
// chains wait no longer than that takes.
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
	if err := s.eraseWhere(ctx, whereActor, userID, false); err != nil {
		return err
	}

	return s.eraseWhere(ctx, whereTarget, userID, true)
}

func (s *service) eraseWhere(ctx context.Context, where, userID string, keepsActor bool) error {
	var after place
	for {
		page, err := s.store.listPlaces(ctx, where, userID, after, personBatch)
		if err != nil || len(page) == 0 {
			return err
		}
		seqs := map[string][]int64{}
		for _, p := range page {
			seqs[p.HouseholdID] = append(seqs[p.HouseholdID], p.Seq)
		}
		err = s.db.InTx(ctx, func(ctx context.Context) error {
			for _, householdID := range slices.Sorted(maps.Keys(seqs)) { // one order for all who erase
				if err := s.store.erasePersonal(ctx, householdID, seqs[householdID], keepsActor); err != nil {
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
	var after place
	for {
		page, err := s.store.listOwn(ctx, userID, after, personBatch)
		if err != nil || len(page) == 0 {
			return err
		}
		for len(page) > 0 { // chain by chain
			n := 1
			for n < len(page) && page[n].HouseholdID == page[0].HouseholdID {
				n++
			}
			if err := s.exportEntries(ctx, page[:n], add); err != nil {
				return err
			}
			after = place{HouseholdID: page[n-1].HouseholdID, Seq: page[n-1].Seq}
			page = page[n:]
		}
	}
}

// exportEntries adds entries of one chain.
func (s *service) exportEntries(ctx context.Context, entries []entry, add func(item any) error) error {
	seqs := make([]int64, len(entries))
	for i, e := range entries {
		seqs[i] = e.Seq
	}
	texts, err := s.store.findTexts(ctx, entries[0].HouseholdID, seqs)
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
