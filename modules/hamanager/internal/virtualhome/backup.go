package virtualhome

import (
	"encoding/json"
	"time"
)

// backupTime is how long a simulated backup takes.
const backupTime = 200 * time.Millisecond

const localAgent = "backup.local"

// backupStore knows the backups that were made. They are records only: there is nothing
// to put into an archive.
type backupStore struct {
	items []*backup
	state string // manager state; empty is idle
	last  any    // the last event of an action
}

type backup struct {
	Addons        []any                  `json:"addons"`
	Agents        map[string]backupAgent `json:"agents"`
	ID            string                 `json:"backup_id"`
	Date          string                 `json:"date"`
	Database      bool                   `json:"database_included"`
	Extra         map[string]any         `json:"extra_metadata"`
	FailedAgents  []string               `json:"failed_agent_ids"`
	Folders       []string               `json:"folders"`
	HomeAssistant bool                   `json:"homeassistant_included"`
	Version       string                 `json:"homeassistant_version"`
	Name          string                 `json:"name"`
	Automatic     bool                   `json:"with_automatic_settings"`
}

type backupAgent struct {
	Protected bool `json:"protected"`
	Size      int  `json:"size"`
}

func backupCommands() map[string]handler {
	generate := fieldsOf(must("agent_ids", texts), may("name", optional(text)), may("password", optional(text)),
		may("include_homeassistant", strictBool), may("include_database", strictBool), may("include_folders", texts),
		may("include_addons", texts), may("include_all_addons", strictBool))

	return map[string]handler{
		"backup/info":        {run: backupInfo},
		"backup/agents/info": {run: backupAgents},
		"backup/details":     {schema: fieldsOf(must("backup_id", text)), run: backupDetails},
		"backup/delete":      {schema: fieldsOf(must("backup_id", text)), run: deleteBackup},
		"backup/generate":    {schema: generate, run: generateBackup},
		"backup/subscribe_events": {run: func(c *conn, id int, _ map[string]any) (any, error) {
			c.subscriptions[id] = subscription{id: id, kind: forBackups}
			event := c.home.backups.last
			if event == nil || c.home.backups.managerState() == "idle" {
				event = map[string]any{"manager_state": c.home.backups.managerState()}
			}
			c.home.sendBackupEvent(c, id, event)

			return nil, nil
		}},
	}
}

func (b *backupStore) managerState() string {
	if b.state == "" {
		return "idle"
	}

	return b.state
}

func (b *backupStore) find(id string) *backup {
	for _, item := range b.items {
		if item.ID == id {
			return item
		}
	}

	return nil
}

func backupInfo(c *conn, _ int, _ map[string]any) (any, error) {
	b := &c.home.backups
	items := b.items
	if items == nil {
		items = []*backup{}
	}

	return map[string]any{
		"agent_errors": map[string]any{}, "backups": items, "last_attempted_automatic_backup": nil,
		"last_completed_automatic_backup": nil, "last_action_event": b.last, "next_automatic_backup": nil,
		"next_automatic_backup_additional": false, "state": b.managerState(),
	}, nil
}

func backupAgents(*conn, int, map[string]any) (any, error) {
	return map[string]any{"agents": []any{map[string]any{"agent_id": localAgent, "name": "local"}}}, nil
}

func backupDetails(c *conn, _ int, m map[string]any) (any, error) {
	id, _ := m["backup_id"].(string)

	return map[string]any{"agent_errors": map[string]any{}, "backup": c.home.backups.find(id)}, nil
}

func deleteBackup(c *conn, _ int, m map[string]any) (any, error) {
	id, _ := m["backup_id"].(string)
	b := &c.home.backups
	kept := []*backup{}
	for _, item := range b.items {
		if item.ID != id {
			kept = append(kept, item)
		}
	}
	b.items = kept
	c.home.markDirty()

	return map[string]any{"agent_errors": map[string]any{}}, nil
}

// generateBackup starts a backup and returns its job; the events tell how it goes on.
func generateBackup(c *conn, _ int, m map[string]any) (any, error) {
	h := c.home
	if h.backups.state != "" {
		return nil, coded(codeHomeAssistant, "Backup manager busy: "+h.backups.state)
	}
	h.backupEvent(backupProgress("in_progress", nil, nil))
	fail := func(message string) (any, error) {
		h.backupEvent(backupProgress("failed", nil, "backup_manager_error"))
		h.backupIdle()

		return nil, coded(codeHomeAssistant, message)
	}
	agents := asTexts(m["agent_ids"])
	for _, a := range agents {
		if a != localAgent {
			return fail("At least one available backup agent must be selected, got " + repr(toAny(agents)))
		}
	}
	if included, ok := m["include_homeassistant"].(bool); ok && !included || len(agents) == 0 {
		return fail("Home Assistant must be included in backup")
	}
	if len(asTexts(m["include_folders"]))+len(asTexts(m["include_addons"])) > 0 || m["include_all_addons"] == true {
		return fail("Addons and folders are not supported by core backup")
	}
	item := h.newBackup(m)
	h.backups.state = "create_backup"
	h.after(backupTime, func() { h.finishBackup(item) })

	return map[string]any{"backup_job_id": item.ID}, nil
}

func (h *Home) newBackup(m map[string]any) *backup {
	name, _ := m["name"].(string)
	if name == "" {
		name = "Custom backup " + h.version.text
	}
	database, given := m["include_database"].(bool)
	password, _ := m["password"].(string)

	return &backup{
		Addons: []any{}, ID: secretHex(4), Date: isoTime(h.now()), Database: database || !given,
		Agents:       map[string]backupAgent{localAgent: {Protected: password != "", Size: 102400}},
		Extra:        map[string]any{"with_automatic_settings": false},
		FailedAgents: []string{}, Folders: []string{}, HomeAssistant: true, Version: h.version.text, Name: name,
	}
}

func (h *Home) finishBackup(item *backup) {
	h.backupEvent(backupProgress("in_progress", "home_assistant", nil))
	h.backupEvent(backupProgress("in_progress", "upload_to_agents", nil))
	h.backups.items = append(h.backups.items, item)
	h.backupEvent(backupProgress("completed", nil, nil))
	h.backupIdle()
	h.markDirty()
}

func backupProgress(state string, stage, reason any) map[string]any {
	return map[string]any{"manager_state": "create_backup", "stage": stage, "state": state, "reason": reason}
}

func (h *Home) backupIdle() {
	h.backups.state = ""
	h.publishBackup(map[string]any{"manager_state": "idle"})
}

func (h *Home) backupEvent(event map[string]any) {
	h.backups.last = event
	h.publishBackup(event)
}

func (h *Home) publishBackup(event any) {
	for c := range h.conns {
		for id, s := range c.subscriptions {
			if s.kind == forBackups {
				h.sendBackupEvent(c, id, event)
			}
		}
	}
}

func (h *Home) sendBackupEvent(c *conn, id int, event any) {
	if b, err := json.Marshal(event); err == nil {
		c.sendEvent(id, b)
	}
}
