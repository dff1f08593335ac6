package modules_test

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"homehub/modules"
	"homehub/platform/database"
)

// What is told of bela, and nothing else in these tests is.
const (
	belaName    = "Bonifácnyúl Béla"
	belaWord    = "zserbógolyó"
	belaAgent   = "Belas-Tablet/7"
	belaRequest = "tegyél a bevásárlólistára " + belaWord + "t"
)

// neighbours are two people with a home each, of whom bela belongs to anna's, too, and has spoken
// in both.
func neighbours(t *testing.T, h *hub) (anna, bela *person) {
	t.Helper()
	anna, bela = h.registerHome("anna"), h.registerHome("bela")
	var invitation struct {
		Token string `json:"token"`
	}
	anna.Post("/api/v1/households/"+anna.Household.ID+"/invitations", map[string]any{"role": "adult"}).
		Expect(http.StatusCreated).JSON(&invitation)
	bela.Post("/api/v1/invitations/accept", map[string]any{"token": invitation.Token}).Expect(http.StatusOK)
	bela.Patch("/api/v1/users/me", map[string]any{"name": belaName}).Expect(http.StatusOK)
	login := map[string]any{"email": bela.User.Email, "password": testPassword}
	h.With("User-Agent", belaAgent).Post("/api/v1/auth/login", login).Expect(http.StatusOK)
	login["password"] = "wrong-" + testPassword
	h.Post("/api/v1/auth/login", login).Expect(http.StatusUnauthorized)

	for _, home := range []*person{anna, bela} {
		there := map[string]any{"household_id": home.Household.ID}
		bela.say(t, "kapcsold fel a villanyt a konyhában", there)
		bela.say(t, belaRequest, there)
		bela.say(t, "nyisd ki a bejárati ajtót", there) // asks back
		bela.say(t, belaWord, there)                    // means nothing
	}
	keyed := map[string]any{"text": belaRequest, "household_id": anna.Household.ID}
	bela.With("Idempotency-Key", "one").Post("/api/v1/intent", keyed).Expect(http.StatusOK)
	anna.say(t, "kapcsold le a villanyt a konyhában")

	return anna, bela
}

func (p *person) delete(password string) int {
	return p.Do(p.Request(http.MethodDelete, "/api/v1/users/me", map[string]any{"password": password})).Status
}

func TestAPersonErasedIsNowhere(t *testing.T) {
	t.Parallel()
	h := startHub(t)
	anna, bela := neighbours(t, h)
	db := h.lookInto(t)
	traces := []string{belaName, belaWord, belaAgent, bela.User.Email, "bela"}
	for _, trace := range traces {
		require.NotEmpty(t, h.places(t, db, trace), trace)
	}

	require.Equal(t, http.StatusForbidden, bela.delete("not-"+testPassword))
	require.Equal(t, http.StatusNoContent, bela.delete(testPassword))

	bela.Get("/api/v1/users/me").ExpectProblem(http.StatusUnauthorized, "auth.session_ended")
	h.Post("/api/v1/auth/refresh", map[string]any{"refresh_token": bela.RefreshToken}).Expect(http.StatusUnauthorized)
	h.Post("/api/v1/auth/login", map[string]any{"email": bela.User.Email, "password": testPassword}).
		ExpectProblem(http.StatusUnauthorized, "auth.invalid_credentials")
	h.settleErasures(t, db)
	anna.Client = h.As(anna.AccessToken)

	for _, trace := range traces {
		require.Empty(t, h.places(t, db, trace), trace)
	}
	requireNoTrace(t, h, db, traces)
	requireUntouched(t, anna)
}

// A request that was under way when its household was deleted still writes down what was said.
func TestADeletedHouseholdIsNowhere(t *testing.T) {
	t.Parallel()
	h := startHub(t)
	anna := h.registerHome("anna")
	anna.say(t, belaRequest)
	db := h.lookInto(t)
	exec := func(statement string, args ...any) {
		require.NoError(t, db.Conn(t.Context()).Exec(statement, args...).Error)
	}
	for _, table := range []string{"intent_history", "audit_personal"} {
		exec("CREATE TABLE late_" + table + " AS SELECT * FROM " + table + " WHERE household_id = '" + anna.Household.ID + "'")
	}

	anna.Delete("/api/v1/households/" + anna.Household.ID).Expect(http.StatusNoContent)
	for _, table := range []string{"intent_history", "audit_personal"} {
		exec("INSERT INTO " + table + " SELECT * FROM late_" + table)
		exec("DROP TABLE late_" + table)
	}
	require.ElementsMatch(t, []string{"intent_history.text", "intent_history.speech", "intent_history.commands", "audit_personal.text"},
		h.places(t, db, belaWord))
	h.settleErasures(t, db)

	require.Empty(t, h.places(t, db, belaWord))
	requireNoTrace(t, h, db, []string{belaWord})
	h.command(t, "audit", "verify")
}

// requireNoTrace looks at the files of the database, and at a backup made now.
func requireNoTrace(t *testing.T, h *hub, db *database.DB, traces []string) {
	t.Helper()
	backup := filepath.Join(t.TempDir(), "backup")
	files := []string{backup}
	if db.Dialect() == database.SQLite {
		require.NoError(t, db.Conn(t.Context()).Exec("VACUUM INTO ?", backup).Error)
		own, err := filepath.Glob(filepath.Join(h.cfg.DataDir, "homehub.db*"))
		require.NoError(t, err)
		require.GreaterOrEqual(t, len(own), 2, own)
		files = append(files, own...)
	} else {
		dump, err := exec.CommandContext(t.Context(), "pg_dump", "--file", backup, h.cfg.Database.URL.Reveal()).CombinedOutput()
		if err != nil {
			t.Logf("no dump to look at: %v %s", err, dump)
			return
		}
	}
	for _, file := range files {
		content, err := os.ReadFile(file)
		require.NoError(t, err)
		for _, trace := range traces {
			require.NotContains(t, string(content), trace, "%s in %s", trace, filepath.Base(file))
		}
	}
}

// requireUntouched: what others did is there, and the record of both homes is whole.
func requireUntouched(t *testing.T, anna *person) {
	t.Helper()
	var history struct {
		Items []struct {
			Text  *string `json:"text"`
			Actor struct {
				Name string `json:"name"`
			} `json:"actor"`
		} `json:"items"`
	}
	anna.For(t).Get("/api/v1/intents").Expect(http.StatusOK).JSON(&history)
	require.Len(t, history.Items, 1)
	require.Equal(t, "anna", history.Items[0].Actor.Name)
	require.Equal(t, "kapcsold le a villanyt a konyhában", *history.Items[0].Text)

	var verified struct {
		OK      bool `json:"ok"`
		Entries int  `json:"entries"`
	}
	anna.For(t).Get("/api/v1/audit/verify").Expect(http.StatusOK).JSON(&verified)
	require.True(t, verified.OK)
	require.Greater(t, verified.Entries, 5)
	var members struct {
		Items []any `json:"items"`
	}
	anna.For(t).Get("/api/v1/households/" + anna.Household.ID + "/members").Expect(http.StatusOK).JSON(&members)
	require.Len(t, members.Items, 1)
}

func TestTheLastOwnerOfOthersMustHandOverFirst(t *testing.T) {
	t.Parallel()
	h := startHub(t)
	anna, bela := neighbours(t, h)

	require.Equal(t, http.StatusConflict, anna.delete(testPassword))

	anna.Get("/api/v1/users/me").Expect(http.StatusOK)
	bela.Get("/api/v1/home?household_id=" + anna.Household.ID).Expect(http.StatusOK)
	anna.Patch("/api/v1/households/"+anna.Household.ID+"/members/"+bela.User.ID, map[string]any{"role": "owner"}).Expect(http.StatusOK)
	require.Equal(t, http.StatusNoContent, anna.delete(testPassword))
	bela.Get("/api/v1/home?household_id=" + anna.Household.ID).Expect(http.StatusOK)
}

func TestAnExportHoldsAllOfAPerson(t *testing.T) {
	t.Parallel()
	h := startHub(t)
	anna, bela := neighbours(t, h)

	res := bela.Get("/api/v1/users/me/export").Expect(http.StatusOK)

	require.Contains(t, res.Header.Get("Content-Disposition"), "attachment")
	var all struct {
		Profile    map[string]any   `json:"profile"`
		Households []map[string]any `json:"households"`
		Sessions   []map[string]any `json:"sessions"`
		Utterances []struct {
			Text        string `json:"text"`
			HouseholdID string `json:"household_id"`
		} `json:"utterances"`
		Audit []struct {
			Action   string            `json:"action"`
			Personal map[string]string `json:"personal"`
		} `json:"audit"`
	}
	require.NoError(t, json.Unmarshal(res.Body, &all))
	require.Equal(t, belaName, all.Profile["name"])
	require.Len(t, all.Households, 2)
	require.Len(t, all.Sessions, 2)
	require.Len(t, all.Utterances, 9)
	homes := map[string]int{}
	for _, u := range all.Utterances {
		homes[u.HouseholdID]++
		require.NotEmpty(t, u.Text)
	}
	require.Equal(t, map[string]int{anna.Household.ID: 5, bela.Household.ID: 4}, homes)
	actions := map[string]int{}
	for _, e := range all.Audit {
		actions[e.Action]++
	}
	require.GreaterOrEqual(t, actions["intent.execute"], 4)
	require.Equal(t, 1, actions["auth.export_profile"])
	require.NotContains(t, string(res.Body), anna.User.Email)
	require.NotContains(t, string(res.Body), "kapcsold le")
}

// Without keep_words nothing that was said is kept but what a repeated request needs for a day.
func TestWordsThatAreNotToBeKept(t *testing.T) {
	t.Parallel()
	h := startHub(t, func(cfg *modules.Config) { cfg.History.KeepWords = false })
	p := h.registerHome("anna")
	db := h.lookInto(t)

	done := p.say(t, belaRequest)
	require.NotEmpty(t, done.Speech)
	p.say(t, belaWord)

	require.Empty(t, h.places(t, db, belaWord))
	var history struct {
		Items []struct {
			Text, Speech *string
			Commands     []any
		} `json:"items"`
	}
	p.Get("/api/v1/intents").Expect(http.StatusOK).JSON(&history)
	require.Len(t, history.Items, 2)
	require.Nil(t, history.Items[0].Text)
	require.Nil(t, history.Items[1].Speech)
	require.NotEmpty(t, history.Items[1].Commands)
	keyed := p.With("Idempotency-Key", "one")
	first := keyed.Post("/api/v1/intent", map[string]any{"text": belaRequest}).Expect(http.StatusOK)
	require.Equal(t, first.Body, keyed.Post("/api/v1/intent", map[string]any{"text": belaRequest}).Expect(http.StatusOK).Body)
	for _, place := range h.places(t, db, belaWord) {
		require.Equal(t, "intent_claims.body", place)
	}
}

// lookInto opens the hub's database beside it.
func (h *hub) lookInto(t *testing.T) *database.DB {
	t.Helper()
	db, err := database.Open(t.Context(), h.cfg.Database, database.Deps{DataDir: h.cfg.DataDir})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })

	return db
}

// settleErasures lets the time pass that erasures wait for, and then waits for their end.
func (h *hub) settleErasures(t *testing.T, db *database.DB) {
	t.Helper()
	require.NoError(t, db.Conn(t.Context()).Exec("UPDATE auth_erasures SET requested_at = ?", time.Now().UTC().Add(-time.Hour)).Error)
	h.restart()
	eventually(t, func() (bool, string) {
		var open int
		err := db.Conn(t.Context()).Raw("SELECT count(*) FROM auth_erasures").Scan(&open).Error

		return err == nil && open == 0, fmt.Sprintf("%d erasures open: %v", open, err)
	})
}

// places lists the columns, of all there are in the database, in which a text occurs.
func (h *hub) places(t *testing.T, db *database.DB, text string) (found []string) {
	t.Helper()
	list := `SELECT name FROM sqlite_master WHERE type = 'table'`
	if db.Dialect() == database.Postgres {
		list = `SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE'`
	}
	var tables []string
	require.NoError(t, db.Conn(t.Context()).Raw(list).Scan(&tables).Error)
	require.Greater(t, len(tables), 15)
	for _, table := range tables {
		found = append(found, placesIn(t.Context(), t, db, table, text)...)
	}

	return found
}

func placesIn(ctx context.Context, t *testing.T, db *database.DB, table, text string) (found []string) {
	t.Helper()
	rows, err := db.Conn(ctx).Raw(`SELECT * FROM "` + table + `"`).Rows()
	require.NoError(t, err)
	defer func() { require.NoError(t, rows.Close()) }()
	columns, err := rows.Columns()
	require.NoError(t, err)
	values, into := make([]sql.RawBytes, len(columns)), make([]any, len(columns))
	for i := range values {
		into[i] = &values[i]
	}
	for rows.Next() {
		require.NoError(t, rows.Scan(into...))
		for i, value := range values {
			if strings.Contains(string(value), text) {
				found = append(found, table+"."+columns[i])
			}
		}
	}
	require.NoError(t, rows.Err())

	return found
}
