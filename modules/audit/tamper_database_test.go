package audit

import (
	"database/sql"
	"encoding/hex"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"homehub/platform/database"
	"homehub/platform/database/databasetest"
	"homehub/platform/secret"
)

// scene is a database that somebody gets hold of: eight entries of home and of neighbour, and
// the anchors of both. Who tampers has no audit key.
type scene struct {
	*testing.T

	dialect database.Dialect
	url     string // of the database, for homehub
	path    string // of its file, on SQLite
	anchors anchorFile
}

// act is one way of bending the record.
type act struct {
	name string
	do   func(s *scene)

	chain   string // that is looked at; home where it is empty
	want    string // the reason that verifying gives; empty: none
	anchors string // the reason where the anchors are at hand, if it is another one
	keys    []secret.Key
}

// TestTamperingWithTheDatabase does each act on the database itself, beside homehub: through a
// connection of its own, or in the bytes of the file. Then homehub is opened on what is left.
func TestTamperingWithTheDatabase(t *testing.T) {
	t.Parallel()
	for _, dialect := range []database.Dialect{database.SQLite, database.Postgres} {
		t.Run(string(dialect), func(t *testing.T) {
			t.Parallel()
			for _, a := range allActs(dialect) {
				t.Run(strings.ReplaceAll(a.name, " ", "_"), func(t *testing.T) {
					t.Parallel()
					a.run(t, dialect)
				})
			}
		})
	}
}

func (a *act) run(t *testing.T, dialect database.Dialect) {
	t.Helper()
	s := newScene(t, dialect)
	a.do(s)

	chain, keys, withAnchors := a.chain, a.keys, a.anchors
	if chain == "" {
		chain = home
	}
	if keys == nil {
		keys = testKeys()
	}
	if withAnchors == "" {
		withAnchors = a.want
	}
	var alone, anchored string
	s.homehub(keys, func(svc *service) {
		alone = svc.reasonOf(s, chain, nil)
		set, forged, err := s.anchors.read(newKeyring(testKeys()))
		require.NoError(s, err)
		require.Empty(s, forged)
		anchored = svc.reasonOf(s, chain, set.of(chain))
	})
	require.Equal(s, a.want, alone, "without anchors")
	require.Equal(s, withAnchors, anchored, "with anchors")
	t.Logf("TAMPER %s | %s | %s", a.name, dialect, foundAs(alone, anchored))
}

func foundAs(alone, anchored string) string {
	switch {
	case alone != "":
		return alone
	case anchored != "":
		return anchored + ", by the anchors alone"
	default:
		return "nothing, as it should be"
	}
}

func (s *service) reasonOf(tb testing.TB, chain string, anchors []anchor) string {
	tb.Helper()
	r, err := s.verify(tb.Context(), chain, verification{workers: 2, anchors: anchors})
	require.NoError(tb, err)
	if r.Broken == nil {
		return ""
	}

	return r.Broken.Reason
}

func newScene(t *testing.T, dialect database.Dialect) *scene {
	t.Helper()
	dir := t.TempDir()
	s := &scene{T: t, dialect: dialect, anchors: anchorFile(filepath.Join(dir, "audit.anchors"))}
	if dialect == database.Postgres {
		s.url = databasetest.NewPostgresURL(t)
	} else {
		s.path = filepath.Join(dir, "homehub.db")
		s.url = "sqlite:" + s.path
	}
	s.homehub(testKeys(), func(svc *service) {
		require.NoError(t, svc.db.Migrate(t.Context()))
		fill(t, svc, home, 8)
		fill(t, svc, neighbour, 8)
		require.NoError(t, svc.anchorHeads(t.Context()))
	})

	return s
}

// homehub opens homehub on the database, and closes it: then all is in the one file.
func (s *scene) homehub(keys []secret.Key, do func(*service)) {
	s.Helper()
	cfg := database.Defaults()
	cfg.URL, cfg.MaxConnections = secret.New(s.url), 4
	db, err := database.Open(s.Context(), cfg, database.Deps{})
	require.NoError(s, err)
	svc := setupOn(db, keys...)
	svc.anchors.file, svc.pageSize = s.anchors, 3
	do(svc)
	require.NoError(s, db.Close())
}

// exec runs statements through a connection that is none of homehub's. {home} and {neighbour}
// are the households; a blob is written as blob(00ff).
func (s *scene) exec(statements ...string) {
	s.Helper()
	driver, source := "sqlite", s.path
	if s.dialect == database.Postgres {
		driver, source = "pgx", s.url
	}
	raw, err := sql.Open(driver, source)
	require.NoError(s, err)
	defer func() { require.NoError(s, raw.Close()) }()
	for _, statement := range statements {
		_, err := raw.ExecContext(s.Context(), s.sql(statement))
		require.NoError(s, err, statement)
	}
}

func (s *scene) sql(statement string) string {
	blob := `x'$1'`
	if s.dialect == database.Postgres {
		blob = `'\x$1'`
	}
	statement = regexp.MustCompile(`blob\((\w*)\)`).ReplaceAllString(statement, blob)

	return strings.NewReplacer("{home}", "'"+home+"'", "{neighbour}", "'"+neighbour+"'").Replace(statement)
}

// edit changes bytes of SQLite's file, all that are alike.
func (s *scene) edit(from, to []byte) {
	s.Helper()
	require.Len(s, to, len(from))
	content, err := os.ReadFile(s.path)
	require.NoError(s, err)
	require.Contains(s, string(content), string(from))
	edited := strings.ReplaceAll(string(content), string(from), string(to))
	require.NoError(s, os.WriteFile(s.path, []byte(edited), 0o600))
}

// keep remembers the database as it is; putBack replaces it with that.
func (s *scene) keep() (putBack func()) {
	s.Helper()
	if s.dialect == database.SQLite {
		old, err := os.ReadFile(s.path)
		require.NoError(s, err)

		return func() { require.NoError(s, os.WriteFile(s.path, old, 0o600)) }
	}
	tables := []string{"audit_entries", "audit_heads", "audit_personal"}
	for _, table := range tables {
		s.exec(`CREATE TABLE old_` + table + ` AS SELECT * FROM ` + table)
	}

	return func() {
		for _, table := range tables {
			s.exec(`DELETE FROM `+table, `INSERT INTO `+table+` SELECT * FROM old_`+table)
		}
	}
}

// goOn lets homehub record n entries more, and anchor what came of it where it is told to.
func (s *scene) goOn(n int) {
	s.Helper()
	s.homehub(testKeys(), func(svc *service) { fill(s, svc, home, n) })
}

func (s *scene) anchor() {
	s.Helper()
	s.homehub(testKeys(), func(svc *service) {
		require.NoError(s, svc.loadAnchors())
		require.NoError(s, svc.anchorHeads(s.Context()))
	})
}

// forge writes one more entry of home, and its head, with a guess at the key.
func (s *scene) forge() {
	s.Helper()
	guess := testKeys()
	guess[0].Value = []byte("a guess")
	s.homehub(guess, func(svc *service) {
		h, err := svc.store.readHead(s.Context(), home)
		require.NoError(s, err)
		e := entry{HouseholdID: home, At: noon, Action: "a.b", Outcome: "ok", Details: "{}", Commitments: "{}"}
		svc.keys.extend(&h, &e)
		s.exec(`UPDATE audit_heads SET seq = 9, hash = blob(` + hex.EncodeToString(h.Hash) + `), seal = blob(` +
			hex.EncodeToString(h.Seal) + `) WHERE household_id = {home}`)
		s.exec(`INSERT INTO audit_entries SELECT household_id, 9, at, action, outcome, request_id, actor_kind, actor_id, target,
			details, commitments, key_id, hash, blob(` + hex.EncodeToString(e.Hash) + `) FROM audit_entries
			WHERE household_id = {home} AND seq = 8`)
	})
}
