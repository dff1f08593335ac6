package audit

import (
	"homehub/platform/database"
	"homehub/platform/secret"
)

// allActs is every way of bending the record that somebody thought of, by its name.
func allActs(dialect database.Dialect) []act {
	acts := columnActs()
	acts = append(acts, rowActs()...)
	acts = append(acts, tailActs()...)
	acts = append(acts, chainActs()...)
	if dialect == database.SQLite {
		acts = append(acts, byteActs()...)
		acts = append(acts, typeActs()...)
	}

	return acts
}

// statements is an act in SQL.
func statements(all ...string) func(*scene) {
	return func(s *scene) { s.exec(all...) }
}

// columnActs edit each column that there is.
func columnActs() []act {
	const third, last = ` WHERE household_id = {home} AND seq = 3`, ` WHERE household_id = {home}`
	entry := func(set string) func(*scene) { return statements(`UPDATE audit_entries SET ` + set + third) }
	head := func(set string) func(*scene) { return statements(`UPDATE audit_heads SET ` + set + last) }
	value := func(set string) func(*scene) {
		return statements(`UPDATE audit_personal SET ` + set + third + ` AND field = 'text'`)
	}
	const somewhere = `'0199c2f0-0000-7000-8000-00000000000f'`

	return []act{
		{name: "edit an entry's household_id", do: entry(`household_id = ` + somewhere), want: reasonMissing},
		{name: "edit an entry's seq", do: entry(`seq = 33`), want: reasonMissing},
		{name: "edit an entry's at", do: entry(`at = '2020-01-01 00:00:00+00:00'`), want: reasonChanged},
		{name: "edit an entry's action", do: entry(`action = 'auth.login'`), want: reasonChanged},
		{name: "edit an entry's outcome", do: entry(`outcome = 'refused'`), want: reasonChanged},
		{name: "edit an entry's request_id", do: entry(`request_id = 'other'`), want: reasonChanged},
		{name: "edit an entry's actor_kind", do: entry(`actor_kind = 'device'`), want: reasonChanged},
		{name: "edit an entry's actor_id", do: entry(`actor_id = 'u2'`), want: reasonChanged},
		{name: "edit an entry's target", do: entry(`target = 'lock.front_door'`), want: reasonChanged},
		{name: "edit an entry's details", do: entry(`details = REPLACE(details, 'done', 'failed')`), want: reasonChanged},
		{name: "edit an entry's commitments", do: entry(`commitments = '{}'`), want: reasonChanged},
		{name: "edit an entry's key_id", do: entry(`key_id = 'k9'`), want: reasonUnknownKey},
		{name: "edit an entry's prev_hash", do: entry(`prev_hash = hash`), want: reasonChanged},
		{name: "edit an entry's hash", do: entry(`hash = prev_hash`), want: reasonChanged},
		{name: "move text from one column into the next", do: entry(`actor_id = 'u', target = '1' || target`), want: reasonChanged},

		{name: "edit a head's household_id", do: head(`household_id = ` + somewhere), want: reasonHead},
		{name: "edit a head's seq", do: head(`seq = 9`), want: reasonHead},
		{name: "edit a head's hash", do: head(`hash = seal`), want: reasonHead},
		{name: "edit a head's key_id", do: head(`key_id = 'k9'`), want: reasonHead},
		{name: "edit a head's seal", do: head(`seal = hash`), want: reasonHead},

		{name: "edit a personal value's field", do: value(`field = 'email'`), want: reasonPersonal},
		{name: "edit a personal value's salt", do: value(`salt = blob(00)`), want: reasonPersonal},
		{name: "edit a personal value's text", do: value(`text = 'nyisd ki az ajtót'`), want: reasonPersonal},
		{name: "erase a personal value", do: statements(`DELETE FROM audit_personal` + third)},
	}
}

// rowActs delete, insert, reorder and move rows.
func rowActs() []act {
	const of, copied = ` WHERE household_id = {home} AND seq = `, `at, action, outcome, request_id, actor_kind, actor_id,
		target, details, commitments, key_id, prev_hash, hash FROM audit_entries WHERE household_id = {home} AND seq = `
	swap := func(one, other string) func(*scene) {
		return statements(
			`UPDATE audit_entries SET seq = 99`+of+one, `UPDATE audit_entries SET seq = `+one+of+other,
			`UPDATE audit_entries SET seq = `+other+of+`99`)
	}

	return []act{
		{name: "delete the first entry", do: statements(`DELETE FROM audit_entries` + of + `1`), want: reasonMissing},
		{name: "delete an entry in the middle", do: statements(`DELETE FROM audit_entries` + of + `4`), want: reasonMissing},
		{name: "delete the last entry", do: statements(`DELETE FROM audit_entries` + of + `8`), want: reasonMissing},
		{
			name: "delete an entry and close the gap", want: reasonChanged,
			do: statements(`DELETE FROM audit_entries`+of+`7`, `UPDATE audit_entries SET seq = 7`+of+`8`,
				`UPDATE audit_heads SET seq = 7 WHERE household_id = {home}`),
		},
		{name: "insert a copy before the first", do: statements(`INSERT INTO audit_entries SELECT household_id, 0, ` + copied + `1`), want: reasonMissing},
		{name: "insert a copy after the last", do: statements(`INSERT INTO audit_entries SELECT household_id, 9, ` + copied + `8`), want: reasonBeyondHead},
		{
			name: "insert a copy after the last and move the head", want: reasonChanged,
			do: statements(`INSERT INTO audit_entries SELECT household_id, 9, `+copied+`8`,
				`UPDATE audit_heads SET seq = 9 WHERE household_id = {home}`),
		},
		{name: "insert an entry with a guessed key", do: (*scene).forge, want: reasonChanged},
		{name: "swap two entries", do: swap("4", "5"), want: reasonChanged},
		{name: "swap the first and the last entry", do: swap("1", "8"), want: reasonChanged},
		{
			name: "put another entry's row in place of one", want: reasonChanged,
			do: statements(`DELETE FROM audit_entries`+of+`4`, `INSERT INTO audit_entries SELECT household_id, 4, `+copied+`5`),
		},
		{
			name: "add a personal value", want: reasonPersonal,
			do: statements(`INSERT INTO audit_personal SELECT household_id, seq, 'email', salt, text FROM audit_personal` + of + `2 AND field = 'text'`),
		},
		{
			name: "move a personal value to another entry", want: reasonPersonal,
			do: statements(`DELETE FROM audit_personal`+of+`5`, `UPDATE audit_personal SET seq = 5`+of+`4`),
		},
		{
			name: "move a personal value to another household", chain: neighbour, want: reasonPersonal,
			do: statements(`DELETE FROM audit_personal WHERE household_id = {neighbour} AND seq = 4`,
				`UPDATE audit_personal SET household_id = {neighbour}`+of+`4`),
		},
	}
}

// tailActs cut the end of a chain off.
func tailActs() []act {
	const tail, head = `DELETE FROM audit_entries WHERE household_id = {home} AND seq > 6`, ` WHERE household_id = {home}`

	return []act{
		{name: "cut the tail", do: statements(tail), want: reasonMissing},
		{
			name: "cut the tail and set the head back", want: reasonHead,
			do: statements(tail, `UPDATE audit_heads SET seq = 6,
				hash = (SELECT hash FROM audit_entries WHERE household_id = {home} AND seq = 6)`+head),
		},
		{name: "cut the tail and delete the head", do: statements(tail, `DELETE FROM audit_heads`+head), want: reasonHead},
		{
			name: "cut the tail, set the head back and let homehub go on", want: reasonUnlinked,
			do: func(s *scene) {
				s.exec(tail, `UPDATE audit_heads SET seq = 6,
					hash = (SELECT hash FROM audit_entries WHERE household_id = {home} AND seq = 6)`+head)
				s.goOn(4)
			},
		},
		{
			name: "cut the tail and put back a head that was genuine then", anchors: reasonBehind,
			do: func(s *scene) {
				s.exec(`CREATE TABLE old_heads AS SELECT * FROM audit_heads` + head)
				s.goOn(4)
				s.anchor()
				s.exec(`DELETE FROM audit_entries WHERE household_id = {home} AND seq > 8`,
					`DELETE FROM audit_heads`+head, `INSERT INTO audit_heads SELECT * FROM old_heads`)
			},
		},
		{
			name: "empty the chain and the head", anchors: reasonBehind,
			do: statements(`DELETE FROM audit_entries`+head, `DELETE FROM audit_personal`+head,
				`UPDATE audit_heads SET seq = 0, hash = blob(), seal = blob()`+head),
		},
		{name: "empty the chain", do: statements(`DELETE FROM audit_entries` + head), want: reasonMissing},
		{name: "delete the head", do: statements(`DELETE FROM audit_heads` + head), want: reasonHead},
		{
			name: "delete the whole chain", anchors: reasonBehind,
			do: statements(`DELETE FROM audit_entries`+head, `DELETE FROM audit_personal`+head, `DELETE FROM audit_heads`+head),
		},
	}
}

// chainActs touch whole chains, databases and keys.
func chainActs() []act {
	swapAll := func(table, where string) []string {
		return []string{
			`UPDATE ` + table + ` SET household_id = 'x' WHERE household_id = {home}` + where,
			`UPDATE ` + table + ` SET household_id = {home} WHERE household_id = {neighbour}` + where,
			`UPDATE ` + table + ` SET household_id = {neighbour} WHERE household_id = 'x'` + where,
		}
	}

	return []act{
		{name: "swap an entry between households", do: statements(swapAll("audit_entries", " AND seq = 3")...), want: reasonChanged},
		{
			name: "swap whole chains between households", want: reasonChanged,
			do: func(s *scene) {
				for _, table := range []string{"audit_entries", "audit_heads", "audit_personal"} {
					s.exec(swapAll(table, "")...)
				}
			},
		},
		{name: "swap the heads of households", do: statements(swapAll("audit_heads", "")...), want: reasonHead},
		{
			name: "put an old database in place", anchors: reasonBehind,
			do: func(s *scene) {
				putBack := s.keep()
				s.goOn(4)
				s.anchor()
				putBack()
			},
		},
		{
			name: "put an old database in place and let homehub go on", anchors: reasonBehind,
			do: func(s *scene) {
				putBack := s.keep()
				s.goOn(4)
				s.anchor()
				putBack()
				s.goOn(6)
			},
		},
		{
			name: "put an old database in place and let homehub go on and anchor", anchors: reasonBehind,
			do: func(s *scene) {
				putBack := s.keep()
				s.goOn(4)
				s.anchor()
				putBack()
				s.goOn(6)
				s.anchor()
			},
		},
		{
			name: "remove the key", do: func(*scene) {}, want: reasonUnknownKey,
			keys: []secret.Key{{ID: "k2", Value: []byte("another audit key")}},
		},
		{
			name: "put another key in place under the same name", do: func(*scene) {}, want: reasonChanged,
			keys: []secret.Key{{ID: "k1", Value: []byte("another audit key")}},
		},
		{name: "nothing", do: func(*scene) {}},
	}
}

// byteActs edit the file as bytes, past all that the database knows of.
func byteActs() []act {
	return []act{
		{
			name: "edit an entry in the bytes of the file", want: reasonChanged,
			do: func(s *scene) { s.edit([]byte("light.l3"), []byte("light.l4")) },
		},
		{
			name: "edit a personal value in the bytes of the file", want: reasonPersonal,
			do: func(s *scene) { s.edit([]byte("Kata"), []byte("Nora")) },
		},
		{
			name: "edit the details in the bytes of the file", want: reasonChanged,
			do: func(s *scene) { s.edit([]byte(`"status":"done"`), []byte(`"status":"fail"`)) },
		},
	}
}

// typeActs use that SQLite takes any value in any column, and NULL where the schema was edited.
// Where that makes a text too many, what stands in the key's place is no key.
func typeActs() []act {
	const third, copied = ` WHERE household_id = {home} AND seq = 3`, `at, action, outcome, request_id, actor_kind, actor_id,
		target, details, commitments, key_id, prev_hash, hash FROM audit_entries WHERE household_id = {home} AND seq = `
	nullable := func(table, set string) func(*scene) {
		return func(s *scene) {
			s.exec(`PRAGMA writable_schema = ON;
				UPDATE sqlite_schema SET sql = REPLACE(sql, 'NOT NULL', '') WHERE name = '` + table + `';
				PRAGMA writable_schema = RESET`)
			s.exec(`UPDATE ` + table + ` SET ` + set + third)
		}
	}
	const moved = `actor_id = actor_id || x'00' || target, target = `

	return []act{
		{name: "set a text to NULL", do: nullable("audit_entries", `request_id = NULL`), want: reasonUnknownKey},
		{name: "set a hash to NULL", do: nullable("audit_entries", `hash = NULL`), want: reasonChanged},
		{name: "set a personal value to NULL", do: nullable("audit_personal", `text = NULL`), want: reasonPersonal},
		{name: "add a text behind NUL", do: nullable("audit_entries", `key_id = key_id || x'00' || 'k9'`), want: reasonChanged},
		{name: "move a text in front of NUL and leave NULL", do: nullable("audit_entries", moved+`NULL`), want: reasonUnknownKey},
		{name: "move a text in front of NUL and leave nothing", do: nullable("audit_entries", moved+`''`), want: reasonUnknownKey},
		{name: "move a text in front of NUL and leave an empty blob", do: nullable("audit_entries", moved+`x''`), want: reasonUnknownKey},
		{
			name: "insert a copy between two", want: reasonMissing,
			do: statements(`INSERT INTO audit_entries SELECT household_id, 3.5, ` + copied + `3`),
		},
		{
			name: "insert a copy just after the last", want: reasonMissing,
			do: statements(`INSERT INTO audit_entries SELECT household_id, 8.5, ` + copied + `8`),
		},
	}
}
