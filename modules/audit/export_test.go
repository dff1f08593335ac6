package audit

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/stretchr/testify/require"

	"homehub/modules/audit/auditapi"
	"homehub/platform/secret"
)

// exported is a chain of three entries, the second of somebody else, written to a buffer.
func exported(tb testing.TB) (*service, string) {
	tb.Helper()
	s := setup(tb)
	fill(tb, s, home, 1)
	other := event(home, "light.other")
	other.Actor = auditapi.Actor{Kind: "user", ID: "u2", Name: "Nagy Nóra"}
	other.Personal = map[string]string{"text": "nyisd ki az ajtót <\"most\">"}
	require.NoError(tb, s.record(tb.Context(), other))
	fill(tb, s, home, 1)
	var out bytes.Buffer
	require.NoError(tb, s.writeExport(tb.Context(), export{householdID: home, to: &out}))

	return s, out.String()
}

func verified(tb testing.TB, file string, isKeyless bool) report {
	tb.Helper()
	keys := newKeyring(testKeys())
	if isKeyless {
		keys = keyring{}
	}
	r, err := verifyExport(strings.NewReader(file), keys, isKeyless)
	require.NoError(tb, err)

	return r
}

func TestAnExportProvesItself(t *testing.T) {
	t.Parallel()
	s, file := exported(t)
	require.Equal(t, 4, strings.Count(file, "\n"))

	for _, isKeyless := range []bool{false, true} {
		r := verified(t, file, isKeyless)
		require.Nil(t, r.Broken)
		require.Equal(t, int64(3), r.Entries)
		require.Equal(t, home, r.HouseholdID)
	}
	require.Contains(t, file, `nyisd ki`)

	require.NoError(t, s.db.Conn(t.Context()).Exec(`DELETE FROM audit_personal WHERE seq = 2`).Error)
	var out bytes.Buffer
	require.NoError(t, s.writeExport(t.Context(), export{householdID: home, to: &out}))
	require.NotContains(t, out.String(), `nyisd ki`)
	require.Nil(t, verified(t, out.String(), false).Broken, "what was erased leaves the chain valid")
}

func TestAChangedExportShows(t *testing.T) {
	t.Parallel()
	_, file := exported(t)
	lines := strings.SplitAfter(file, "\n")
	cases := map[string]struct {
		file        string
		want        broken
		needsKey    bool
		wantKeyless *broken
	}{
		"an edited entry":          {strings.Replace(file, "light.other", "light.mine", 1), broken{2, reasonChanged}, true, nil},
		"an edited personal value": {strings.Replace(file, "nyisd ki", "zárd be", 1), broken{2, reasonPersonal}, false, nil},
		"an entry left out":        {lines[0] + lines[2] + lines[3], broken{2, reasonMissing}, false, nil},
		"entries in another order": {lines[1] + lines[0] + lines[2] + lines[3], broken{1, reasonMissing}, false, nil},
		"the first left out":       {lines[1] + lines[2] + lines[3], broken{1, reasonMissing}, false, nil},
		"the last left out":        {lines[0] + lines[1] + lines[3], broken{3, reasonMissing}, false, nil},
		"the head left out":        {lines[0] + lines[1] + lines[2], broken{4, reasonMissing}, false, nil},
		"cut, with the head set back": {
			lines[0] + lines[1] + strings.Replace(lines[3], `"seq":3`, `"seq":2`, 1), broken{2, reasonHead}, false, nil,
		},
		"another seal":       {file[:len(file)-10] + "0000\"}}\n", broken{3, reasonHead}, true, nil},
		"more after the end": {file + lines[2], broken{3, reasonBeyondHead}, false, nil},
		"of two households":  {strings.Replace(file, home, neighbour, 1), broken{1, reasonChanged}, false, &broken{2, reasonChanged}},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, &tc.want, verified(t, tc.file, false).Broken)

			keyless := verified(t, tc.file, true).Broken
			switch {
			case tc.needsKey:
				require.Nil(t, keyless, "nobody can tell without the key")
			case tc.wantKeyless != nil:
				require.Equal(t, tc.wantKeyless, keyless)
			default:
				require.Equal(t, &tc.want, keyless)
			}
		})
	}

	_, err := verifyExport(strings.NewReader(lines[0]+"no JSON\n"), newKeyring(testKeys()), false)
	require.ErrorContains(t, err, "line 2")
}

func TestExportOverHTTPKeepsTheWordsOfOthers(t *testing.T) {
	t.Parallel()
	s, _ := exported(t)
	fill(t, s, neighbour, 1)
	c := serve(t, s)

	res := ownerOf(c, home).Get("/api/v1/audit/export").Expect(http.StatusOK)

	require.Equal(t, "application/x-ndjson", res.Header.Get("Content-Type"))
	file := string(res.Body)
	require.Nil(t, verified(t, file, false).Broken)
	require.Contains(t, file, "kapcsold fel", "the caller's own words")
	require.NotContains(t, file, "nyisd ki", "somebody else's")
	require.Contains(t, file, "Nagy Nóra", "who acted is in the list, too")
	require.NotContains(t, file, neighbour)

	empty := string(ownerOf(c, "0199c2f0-0000-7000-8000-000000000009").Get("/api/v1/audit/export").Expect(http.StatusOK).Body)
	require.Nil(t, verified(t, empty, false).Broken)
	require.Equal(t, 1, strings.Count(empty, "\n"))
}

// A reader that goes away ends the export at the next page, and no statement stays open meanwhile.
func TestAnExportEndsWithItsReader(t *testing.T) {
	t.Parallel()
	s := setup(t)
	grow(t, s, home, 3*exportPageSize)

	pages := 0
	gone := errors.New("gone")
	err := s.writeExport(t.Context(), export{householdID: home, to: &bytes.Buffer{}, beforePage: func() error {
		if pages++; pages == 2 {
			return gone
		}
		fill(t, s, home, 1) // while the reader takes its time, others write
		return nil
	}})
	require.ErrorIs(t, err, gone)

	ctx, cancel := context.WithCancel(t.Context())
	err = s.writeExport(ctx, export{householdID: home, to: &bytes.Buffer{}, beforePage: func() error {
		cancel()
		return nil
	}})
	require.ErrorIs(t, err, context.Canceled)
}

func TestExportAndAnchorCommands(t *testing.T) {
	t.Parallel()
	s, _ := exported(t)
	dir := t.TempDir()
	run := func(args ...string) (string, error) {
		root := &cobra.Command{Use: "homehub", SilenceUsage: true, SilenceErrors: true}
		root.AddCommand(Commands(CommandDeps{
			Open: func(context.Context) (*Module, func() error, error) {
				return &Module{svc: s}, func() error { return nil }, nil
			},
			Keys: func() ([]secret.Key, error) { return testKeys(), nil },
		})...)
		var out bytes.Buffer
		root.SetOut(&out)
		root.SetErr(&out)
		root.SetArgs(append([]string{"audit"}, args...))
		err := root.ExecuteContext(t.Context())

		return out.String(), err
	}
	save := func(name, content string) string {
		path := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(path, []byte(content), 0o600))

		return path
	}

	out, err := run("export", "--household", home)
	require.NoError(t, err)
	file := save("export.jsonl", out)
	out, err = run("verify", "--export", file)
	require.NoError(t, err)
	require.Contains(t, out, home+" ok, 3 entries")
	out, err = run("verify", "--export", file, "--without-keys")
	require.NoError(t, err)
	require.Contains(t, out, "without keys")
	content, err := os.ReadFile(file)
	require.NoError(t, err)
	out, err = run("verify", "--export", save("edited.jsonl", strings.Replace(string(content), "light.other", "light.mine", 1)))
	require.ErrorIs(t, err, ErrBroken)
	require.Contains(t, out, home+" BROKEN at entry 2: changed")

	out, err = run("anchors")
	require.NoError(t, err)
	anchors := save("anchors.jsonl", out)
	out, err = run("verify", "--anchors", anchors)
	require.NoError(t, err)
	require.Contains(t, out, "1 chains with anchors")
	_, err = run("verify", "--anchors", filepath.Join(dir, "none"))
	require.ErrorIs(t, err, os.ErrNotExist)
	for _, statement := range []string{`DELETE FROM audit_entries`, `DELETE FROM audit_heads`} {
		require.NoError(t, s.db.Conn(t.Context()).Exec(statement).Error)
	}
	_, err = run("verify")
	require.NoError(t, err, "nothing is left that could tell")
	out, err = run("verify", "--anchors", anchors)
	require.ErrorIs(t, err, ErrBroken)
	require.Contains(t, out, home+" BROKEN at entry 1: behind_anchor")
}
