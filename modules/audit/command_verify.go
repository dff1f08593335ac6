package audit

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"slices"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"
)

// progressEvery is how often a terminal is told how far verifying has come.
const progressEvery = 500 * time.Millisecond

// verifyOptions are the flags of the command.
type verifyOptions struct {
	householdID string
	anchorFiles []string // nil: the server's own, where there is one
	exportFile  string
	isKeyless   bool
}

func verifyCommand(deps CommandDeps) *cobra.Command {
	var o verifyOptions
	cmd := &cobra.Command{
		Use:   "verify",
		Short: "Verify the audit chains; exit code 1 when one is broken",
		Long: `Verify recomputes every entry of the audit chains with the audit keys and compares it with
what is stored, and the chains with the anchors of their heads: those in audit.anchors in data_dir,
or in the files named with --anchors. A file of anchors may also be a log in JSON. It may run
beside a server. The operator's own acts are the chain "operator".

With --export it verifies what "homehub audit export" wrote, and touches no database. With
--without-keys it checks of that what anybody can: that the entries follow one another, and that
the personal values are the ones committed to; not that homehub wrote them.`,
		Example: `  homehub audit verify
  homehub audit verify --household 0199c2f0-5b0e-7c3e-9a51-3c7f0d6a1b11
  homehub audit verify --anchors anchors.jsonl
  homehub audit verify --export audit.jsonl`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if o.exportFile != "" {
				return o.verifyFile(deps, cmd.InOrStdin(), cmd.OutOrStdout())
			}

			return deps.with(cmd, func(m *Module) error {
				return m.svc.verifyAll(cmd.Context(), o, cmd.OutOrStdout(), cmd.ErrOrStderr())
			})
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&o.householdID, "household", "", "verify this household's chain only")
	flags.StringArrayVar(&o.anchorFiles, "anchors", nil, "a file of anchors; may be given several times")
	flags.StringVar(&o.exportFile, "export", "", "verify this export, - for the standard input")
	flags.BoolVar(&o.isKeyless, "without-keys", false, "check of an export what needs no key")
	cmd.MarkFlagsMutuallyExclusive("export", "household")
	cmd.MarkFlagsMutuallyExclusive("export", "anchors")

	return cmd
}

// verifyFile verifies an export.
func (o verifyOptions) verifyFile(deps CommandDeps, stdin io.Reader, out io.Writer) (err error) {
	var keys keyring
	if !o.isKeyless {
		read, err := deps.Keys()
		if err != nil {
			return err
		}
		keys = newKeyring(read)
	}
	from := stdin
	if o.exportFile != "-" {
		file, err := os.Open(o.exportFile)
		if err != nil {
			return fmt.Errorf("open export: %w", err)
		}
		defer func() { _ = file.Close() }()
		from = file
	}
	r, err := verifyExport(from, keys, o.isKeyless)
	if err != nil {
		return err
	}
	printReport(out, r)
	if r.Broken != nil {
		return ErrBroken
	}
	if o.isKeyless {
		_, _ = fmt.Fprintln(out, "checked without keys: whether homehub wrote these entries was not")
	}

	return nil
}

// verifyAll verifies one chain, or all, and prints a line for each. It returns ErrBroken when
// any is broken, or the anchors are.
func (s *service) verifyAll(ctx context.Context, o verifyOptions, out, errOut io.Writer) error {
	anchors, forged, err := s.readAllAnchors(o.anchorFiles, out)
	if err != nil {
		return err
	}
	chains := []string{o.householdID}
	if o.householdID == "" {
		if chains, err = s.listAnchoredChains(ctx, anchors); err != nil {
			return err
		}
	}

	begun := s.now()
	var entries, brokenChains int64
	for _, id := range chains {
		r, err := s.verify(ctx, id, verification{
			workers: runtime.GOMAXPROCS(0), anchors: anchors.of(id), progress: s.progressTo(errOut, id),
		})
		if err != nil {
			return err
		}
		if o.householdID != "" && r.isNothing() {
			return fmt.Errorf("%s: %w", id, errNoChain)
		}
		entries += r.Entries
		if r.Broken != nil {
			brokenChains++
		}
		printReport(out, r)
	}
	took := s.now().Sub(begun)
	_, _ = fmt.Fprintf(out, "%d entries in %d chains verified, %.0f entries/s, %d chains with anchors\n",
		entries, len(chains), rate(entries, took), len(anchors))
	if brokenChains > 0 || forged > 0 {
		return fmt.Errorf("%w: %d of %d chains, %d anchors", ErrBroken, brokenChains, len(chains), forged)
	}

	return nil
}

// readAllAnchors joins the anchors of all files; each file is in an order of its own.
func (s *service) readAllAnchors(files []string, out io.Writer) (_ anchorSet, forged int, _ error) {
	if files == nil {
		files = []string{string(s.anchors.file)}
	} else if i := slices.IndexFunc(files, isMissing); i >= 0 {
		return nil, 0, fmt.Errorf("open anchors: %s: %w", files[i], os.ErrNotExist)
	}
	all := anchorSet{}
	for _, name := range files {
		set, lines, err := anchorFile(name).read(s.keys)
		if err != nil {
			return nil, 0, err
		}
		for id, anchors := range set {
			all[id] = append(all[id], anchors...)
		}
		for _, number := range lines {
			_, _ = fmt.Fprintf(out, "%s FORGED at line %d: %v\n", name, number, errForgedAnchor)
		}
		forged += len(lines)
	}

	return all, forged, nil
}

func isMissing(name string) bool {
	_, err := os.Stat(name)

	return errors.Is(err, os.ErrNotExist)
}

// listAnchoredChains adds the chains that only anchors tell of: they were removed as a whole.
func (s *service) listAnchoredChains(ctx context.Context, anchors anchorSet) ([]string, error) {
	chains, err := s.store.listChains(ctx)
	if err != nil {
		return nil, err
	}
	for id := range anchors {
		chains = append(chains, id)
	}
	slices.Sort(chains)

	return slices.Compact(chains), nil
}

func printReport(out io.Writer, r report) {
	if r.Broken != nil {
		_, _ = fmt.Fprintf(out, "%s BROKEN at entry %d: %s\n", r.HouseholdID, r.Broken.Seq, r.Broken.Reason)
		return
	}
	_, _ = fmt.Fprintf(out, "%s ok, %d entries, head %s\n", r.HouseholdID, r.Entries, hex.EncodeToString(r.HeadHash))
}

// progressTo tells a terminal how far a long chain has come, on one line.
func (s *service) progressTo(w io.Writer, householdID string) func(done, total int64) {
	file, isFile := w.(*os.File)
	if !isFile || !term.IsTerminal(int(file.Fd())) {
		return nil
	}
	begun := s.now()
	told := begun

	return func(done, total int64) {
		now := s.now()
		isLast := done == total && told != begun // short chains say nothing
		if now.Sub(told) < progressEvery && !isLast {
			return
		}
		told = now
		_, _ = fmt.Fprintf(w, "\r%s: %3d %%, %d of %d entries, %.0f entries/s ",
			householdID, 100*done/total, done, total, rate(done, now.Sub(begun)))
		if done == total {
			_, _ = fmt.Fprintln(w)
		}
	}
}

func rate(count int64, took time.Duration) float64 {
	if took <= 0 {
		return 0
	}

	return float64(count) / took.Seconds()
}
