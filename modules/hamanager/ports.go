package hamanager

import (
	"context"

	"homehub/modules/audit/auditapi"
)

// Recorder keeps the audit log.
type Recorder interface {
	// Record joins the transaction in ctx; its failure undoes what it records.
	Record(ctx context.Context, e auditapi.Event) error
}

// Place is where a household lives: what a new instance's clocks, units and words go by.
type Place struct {
	Name       string
	Language   string
	TimeZone   string
	Country    string
	UnitSystem string // metric or us_customary
	Latitude   float64
	Longitude  float64
}

// Places tells where a household lives.
type Places interface {
	Place(ctx context.Context, householdID string) (Place, error)
	// Hold keeps a household from being deleted until the transaction in ctx ends; an error where
	// it was deleted already. It comes before the instance is looked at.
	Hold(ctx context.Context, householdID string) error
}

// defaultPlace is where households live that have not said.
func defaultPlace() Place {
	return Place{
		Name: "Otthon", Language: "hu", TimeZone: "Europe/Budapest", Country: "HU", UnitSystem: "metric",
		Latitude: 47.4979, Longitude: 19.0402,
	}
}
