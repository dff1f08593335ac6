package hamanager

import (
	"slices"
	"time"

	"homehub/modules/hamanager/hamanagerapi"
	"homehub/platform/identity"
	"homehub/platform/secret"
)

type createRequest struct {
	Kind string `json:"kind"`
}

type linkRequest struct {
	URL   string        `json:"url"`
	Token secret.String `json:"token"`
}

type instanceDTO struct {
	ID            string     `json:"id"`
	HouseholdID   string     `json:"household_id"`
	Kind          string     `json:"kind"`
	Status        Status     `json:"status"`
	Message       *string    `json:"message"`
	HAVersion     *string    `json:"ha_version"`
	Port          *int       `json:"port"`
	IsSimulated   bool       `json:"is_simulated"`
	CreatedAt     time.Time  `json:"created_at"`
	ReadyAt       *time.Time `json:"ready_at"`
	QueuePosition *int       `json:"queue_position"`
	ETASeconds    *int       `json:"eta_seconds"`
}

func toInstanceDTO(i instance) instanceDTO {
	dto := instanceDTO{
		ID: i.ID, HouseholdID: i.HouseholdID, Kind: i.Kind, Status: i.Status, Message: optional(i.Message),
		HAVersion: optional(i.HAVersion), Port: i.Port, IsSimulated: i.isSimulated(), CreatedAt: i.CreatedAt.UTC(),
	}
	if i.ReadyAt != nil {
		at := i.ReadyAt.UTC()
		dto.ReadyAt = &at
	}

	return dto
}

type homeDTO struct {
	HouseholdID string           `json:"household_id"`
	Instance    *homeInstanceDTO `json:"instance"`
	Floors      []floorDTO       `json:"floors"`
	Areas       []areaDTO        `json:"areas"`
	Entities    []entityDTO      `json:"entities"`
}

type homeInstanceDTO struct {
	Kind        string `json:"kind"`
	Status      Status `json:"status"`
	IsSimulated bool   `json:"is_simulated"`
}

type floorDTO struct {
	ID      string   `json:"id"`
	Name    string   `json:"name"`
	Aliases []string `json:"aliases"`
}

type areaDTO struct {
	ID      string   `json:"id"`
	Name    string   `json:"name"`
	Aliases []string `json:"aliases"`
	FloorID *string  `json:"floor_id"`
}

type entityDTO struct {
	EntityID    string   `json:"entity_id"`
	Name        string   `json:"name"`
	Aliases     []string `json:"aliases"`
	AreaID      *string  `json:"area_id"`
	Domain      string   `json:"domain"`
	DeviceClass *string  `json:"device_class"`
	State       string   `json:"state"`
	IsExposed   bool     `json:"is_exposed"`
}

// emptyHomeDTO is what there is to see before the instance is ready.
func emptyHomeDTO(householdID string) homeDTO {
	return homeDTO{HouseholdID: householdID, Floors: []floorDTO{}, Areas: []areaDTO{}, Entities: []entityDTO{}}
}

// fill shows the model, and of the entities what the caller sees.
func (dto *homeDTO) fill(home *hamanagerapi.Home, caller identity.Principal) {
	for _, f := range home.Floors {
		dto.Floors = append(dto.Floors, floorDTO{ID: f.ID, Name: f.Name, Aliases: listOf(f.Aliases)})
	}
	for _, a := range home.Areas {
		dto.Areas = append(dto.Areas, areaDTO{ID: a.ID, Name: a.Name, Aliases: listOf(a.Aliases), FloorID: optional(a.FloorID)})
	}
	sees := sightOf(caller, home)
	for _, e := range home.Entities {
		if sees(e) {
			dto.Entities = append(dto.Entities, toEntityDTO(e))
		}
	}
}

// sightOf tells what a caller sees. What is not exposed is hidden from people, and shown to
// owners, who decide about it. A device that is narrowed sees what it may ask about.
func sightOf(caller identity.Principal, home *hamanagerapi.Home) func(e *hamanagerapi.Entity) bool {
	seesHidden := caller.May(identity.Manage) == identity.Yes
	areas := make(map[string]bool)
	for _, said := range caller.AllowedAreas {
		if area := findArea(home, said); area != nil {
			areas[area.ID] = true
		}
	}

	return func(e *hamanagerapi.Entity) bool {
		return (e.Exposed || seesHidden) &&
			(caller.AllowedDomains == nil || slices.Contains(caller.AllowedDomains, e.Domain)) &&
			(caller.AllowedAreas == nil || areas[e.AreaID])
	}
}

func toEntityDTO(e *hamanagerapi.Entity) entityDTO {
	return entityDTO{
		EntityID: e.ID, Name: e.Name, Aliases: listOf(e.Aliases), AreaID: optional(e.AreaID), Domain: e.Domain,
		DeviceClass: optional(e.DeviceClass), State: e.State().Value, IsExposed: e.Exposed,
	}
}

// listOf makes an empty list of nil: JSON tells them apart.
func listOf(items []string) []string {
	if items == nil {
		return []string{}
	}

	return items
}

func optional(s string) *string {
	if s == "" {
		return nil
	}

	return &s
}
