package auth

import (
	"context"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"homehub/modules/audit/auditapi"
	"homehub/platform/apperr"
	"homehub/platform/events"
	"homehub/platform/identity"
)

// The acts on devices in the record; those of pairing are in service_grant.go.
const (
	actionUpdateDevice = "auth.update_device"
	actionRemoveDevice = "auth.remove_device"
)

const (
	maxAreaCharacters = 255
	maxAllowed        = 200 // entries of a list
)

// device is a row with its lists read and its area looked up in the home.
type device struct {
	*deviceRow

	AreaID         string // empty where the home knows no such area, or is not ready
	AreaName       string
	AllowedDomains []string // nil: all that a device may do
	AllowedAreas   []string
}

// listDevices returns a page of the household's devices, newest first. A device sees itself alone.
func (s *service) listDevices(ctx context.Context, caller identity.Principal, cursor string, limit int) ([]device, string, error) {
	only := ""
	if caller.Kind == identity.Device {
		only = caller.ID
	}
	rows, err := s.store.listDevices(ctx, caller.HouseholdID, only, cursor, limit+1)
	if err != nil {
		return nil, "", err
	}
	next := ""
	if len(rows) > limit {
		rows = rows[:limit]
		next = rows[limit-1].ID
	}
	devices := make([]device, 0, len(rows))
	for i := range rows {
		d, err := s.describeDevice(ctx, &rows[i])
		if err != nil {
			return nil, "", err
		}
		devices = append(devices, *d)
	}

	return devices, next, nil
}

// getDevice returns one device; to a device every other one does not exist.
func (s *service) getDevice(ctx context.Context, caller identity.Principal, id string) (*device, error) {
	if caller.Kind == identity.Device && caller.ID != id {
		return nil, errDeviceNotFound
	}
	row, err := s.store.getDevice(ctx, caller.HouseholdID, id)
	if err != nil {
		return nil, err
	}

	return s.describeDevice(ctx, row)
}

func (s *service) describeDevice(ctx context.Context, row *deviceRow) (*device, error) {
	d := &device{deviceRow: row, AreaName: row.Area}
	if id, name, ok := s.resolveArea(ctx, row.HouseholdID, row.Area); ok {
		d.AreaID, d.AreaName = id, name
	}
	var err error
	if d.AllowedDomains, err = parseList(row.AllowedDomains); err != nil {
		return nil, err
	}
	d.AllowedAreas, err = parseList(row.AllowedAreas)

	return d, err
}

// deviceChanges are what somebody wants to change of a device. A list whose value is nil means all
// that a device may do.
type deviceChanges struct {
	Name           *string
	Area           optional[string]
	AllowedDomains optional[[]string]
	AllowedAreas   optional[[]string]
}

// updateDevice changes a device, which counts at its very next request.
func (s *service) updateDevice(ctx context.Context, caller identity.Principal, id string, changes deviceChanges) (*device, error) {
	checked, err := s.checkChanges(ctx, caller.HouseholdID, changes)
	if err != nil {
		return nil, err
	}
	var row *deviceRow
	err = s.db.InTx(ctx, func(ctx context.Context) error {
		var err error
		if row, err = s.store.lockDevice(ctx, caller.HouseholdID, id); err != nil {
			return err
		}
		changed, err := checked.apply(row)
		if err != nil {
			return err
		}
		if err := s.store.updateDevice(ctx, row); err != nil {
			return err
		}
		e := auditapi.Event{
			HouseholdID: caller.HouseholdID, Action: actionUpdateDevice, Outcome: auditapi.OK, Target: id,
			Details: map[string]any{"changed": changed},
		}
		if changes.Name != nil {
			e.Personal = map[string]string{"device_name": row.Name}
		}

		return s.audit.Record(ctx, e)
	})
	if err != nil {
		return nil, err
	}
	s.rights.forget(ctx, subjectMark(id))

	return s.describeDevice(ctx, row)
}

// apply writes the changes into a row and returns their names.
func (c deviceChanges) apply(row *deviceRow) ([]string, error) {
	changed := []string{}
	if c.Name != nil {
		row.Name = *c.Name
		changed = append(changed, "name")
	}
	if c.Area.IsSet {
		row.Area = c.Area.Value
		changed = append(changed, "area")
	}
	var err error
	if c.AllowedDomains.IsSet {
		changed = append(changed, "allowed_domains")
		if row.AllowedDomains, err = listJSON(c.AllowedDomains.Value); err != nil {
			return nil, err
		}
	}
	if c.AllowedAreas.IsSet {
		changed = append(changed, "allowed_areas")
		row.AllowedAreas, err = listJSON(c.AllowedAreas.Value)
	}

	return changed, err
}

// checkChanges returns the changes as they are kept, or all that is wrong with them.
func (s *service) checkChanges(ctx context.Context, householdID string, c deviceChanges) (deviceChanges, error) {
	var errName, errArea, errDomains, errAreas error
	if c.Name != nil {
		var name string
		name, errName = checkName("name", *c.Name)
		c.Name = &name
	}
	if c.Area.IsSet {
		c.Area.Value, errArea = s.checkArea(ctx, householdID, c.Area.Value)
	}
	c.AllowedDomains.Value, errDomains = checkDomains(c.AllowedDomains.Value)
	c.AllowedAreas.Value, errAreas = s.checkAreas(ctx, householdID, c.AllowedAreas.Value)

	return c, joinFields(errName, errArea, errDomains, errAreas)
}

// domainName is what Home Assistant calls one: light, media_player.
var domainName = regexp.MustCompile(`^[a-z][a-z0-9_]{0,63}$`)

func checkDomains(domains []string) ([]string, error) {
	isWrong := func(d string) bool { return !domainName.MatchString(d) }
	if len(domains) > maxAllowed || slices.ContainsFunc(domains, isWrong) {
		return nil, errInvalidInput.WithFields(apperr.Field{Name: "allowed_domains", Message: "must be Home Assistant domains such as light"})
	}

	return withoutRepeats(domains), nil
}

// checkArea returns an area as it is kept: its id where the home knows it, else the text, which
// may be understood later.
func (s *service) checkArea(ctx context.Context, householdID, area string) (string, error) {
	area = strings.TrimSpace(area)
	if area == "" {
		return "", nil
	}
	if !utf8.ValidString(area) || utf8.RuneCountInString(area) > maxAreaCharacters {
		return "", errInvalidInput.WithFields(apperr.Field{Name: "area", Message: "must have at most 255 characters"})
	}
	if id, _, ok := s.resolveArea(ctx, householdID, area); ok {
		return id, nil
	}

	return area, nil
}

func (s *service) checkAreas(ctx context.Context, householdID string, areas []string) ([]string, error) {
	if areas == nil {
		return nil, nil
	}
	kept := make([]string, 0, len(areas))
	for _, area := range areas {
		checked, err := s.checkArea(ctx, householdID, area)
		if err != nil || checked == "" || len(areas) > maxAllowed {
			return nil, errInvalidInput.WithFields(apperr.Field{Name: "allowed_areas", Message: "must be names or ids of areas"})
		}
		kept = append(kept, checked)
	}

	return withoutRepeats(kept), nil
}

// withoutRepeats keeps the order, and nil.
func withoutRepeats(list []string) []string {
	var kept []string
	if list != nil {
		kept = []string{}
	}
	for _, entry := range list {
		if !slices.Contains(kept, entry) {
			kept = append(kept, entry)
		}
	}

	return kept
}

// resolveArea asks the home; see AreaResolver.
func (s *service) resolveArea(ctx context.Context, householdID, nameOrID string) (id, name string, ok bool) {
	if s.areas == nil || nameOrID == "" {
		return "", "", false
	}

	return s.areas.ResolveArea(ctx, householdID, nameOrID)
}

// removeDevice ends a device: its tokens stop at once, on every replica.
func (s *service) removeDevice(ctx context.Context, caller identity.Principal, id string) error {
	err := s.db.InTx(ctx, func(ctx context.Context) error {
		d, err := s.store.lockDevice(ctx, caller.HouseholdID, id)
		if err != nil {
			return err
		}
		if err := s.store.deleteDevice(ctx, d); err != nil {
			return err
		}
		for _, forget := range s.onDeviceRemoved {
			if err := forget(ctx, caller.HouseholdID, id); err != nil {
				return err
			}
		}
		err = s.audit.Record(ctx, auditapi.Event{
			HouseholdID: caller.HouseholdID, Action: actionRemoveDevice, Outcome: auditapi.OK, Target: id,
		})
		if err != nil {
			return err
		}

		return s.events.Publish(ctx, events.Event{
			HouseholdID: caller.HouseholdID, Kind: events.DeviceRemoved, Audience: events.Adults, Data: map[string]any{"device_id": id},
		})
	})
	if err != nil {
		return err
	}
	s.rights.forget(ctx, subjectMark(id))

	return nil
}
