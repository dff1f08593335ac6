package audit

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
)

// exportPageSize is how many entries are read before they are written: while a slow reader
// takes them, no statement is open that would hold back a checkpoint or a vacuum.
const exportPageSize = 500

// export says which chain is written where.
type export struct {
	householdID string
	to          io.Writer
	// beforePage is called before each page is written; its error ends the export. nil: nobody asks.
	beforePage func() error
	// isShown says whether a personal value is given away; nil: all that were not erased.
	isShown func(e *entry, field string) bool
}

func (x *export) begin() error {
	if x.beforePage == nil {
		return nil
	}

	return x.beforePage()
}

// exportPage is reused from page to page.
type exportPage struct {
	entries  []entry
	personal []personalOfEntry
}

// writeExport writes a chain as it is now, an entry a line, and its head last.
func (s *service) writeExport(ctx context.Context, x export) error {
	end, err := s.store.readExtent(ctx, x.householdID)
	if err != nil {
		return fmt.Errorf("export %s: %w", x.householdID, err)
	}
	last := end.head.Seq
	if !end.hasHead {
		last = end.lastSeq
	}

	out := bufio.NewWriterSize(x.to, 64<<10)
	lines := json.NewEncoder(out)
	lines.SetEscapeHTML(false)
	var p exportPage
	for first := int64(1); first <= last; first += exportPageSize {
		if err := s.readExportPage(ctx, &p, x.householdID, first, min(first+exportPageSize-1, last)); err != nil {
			return fmt.Errorf("export %s: %w", x.householdID, err)
		}
		if err := x.begin(); err != nil {
			return err
		}
		if err := p.write(lines, x.isShown); err != nil {
			return fmt.Errorf("export %s: %w", x.householdID, err)
		}
	}
	if err := x.begin(); err != nil {
		return err
	}
	if end.hasHead || last == 0 {
		if err := lines.Encode(newExportEnd(&end.head)); err != nil {
			return fmt.Errorf("export %s: %w", x.householdID, err)
		}
	}

	return out.Flush()
}

func (s *service) readExportPage(ctx context.Context, p *exportPage, householdID string, first, last int64) (err error) {
	if p.personal, err = s.store.scanPersonal(ctx, p.personal[:0], householdID, first, last); err != nil {
		return err
	}
	p.entries = p.entries[:0]

	return s.store.scanEntries(ctx, householdID, first, last, func(e *entry) bool {
		p.entries = append(p.entries, *e)
		return true
	})
}

func (p *exportPage) write(lines *json.Encoder, isShown func(*entry, string) bool) error {
	rest := p.personal
	for i := range p.entries {
		e := &p.entries[i]
		var values []personalOfEntry
		for len(rest) > 0 && rest[0].Seq <= e.Seq {
			if rest[0].Seq == e.Seq && (isShown == nil || isShown(e, rest[0].Field)) {
				values = append(values, rest[0])
			}
			rest = rest[1:]
		}
		if err := lines.Encode(newExportLine(e, values)); err != nil {
			return err
		}
	}

	return nil
}
