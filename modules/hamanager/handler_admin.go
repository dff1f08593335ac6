package hamanager

import (
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"homehub/modules/hamanager/internal/live"
	"homehub/platform/httpx"
)

type adminInstanceRequest struct {
	Desired desire `json:"desired"`
}

// adminInstanceDTO is an instance as the operator sees it: how it is, and nothing of the home.
type adminInstanceDTO struct {
	ID          string     `json:"id"`
	HouseholdID string     `json:"household_id"`
	Kind        string     `json:"kind"`
	Desired     desire     `json:"desired"`
	Status      Status     `json:"status"`
	Message     *string    `json:"message"`
	HAVersion   *string    `json:"ha_version"`
	IsConnected bool       `json:"is_connected"`
	IsSimulated bool       `json:"is_simulated"`
	CreatedAt   time.Time  `json:"created_at"`
	ReadyAt     *time.Time `json:"ready_at"`
}

// AdminRoutes mounts the operator's endpoints on a group that already requires one.
func (m *Module) AdminRoutes(admin *echo.Group) {
	admin.GET("/instances", m.adminListInstances)
	admin.GET("/instances/:id", m.adminGetInstance)
	admin.PATCH("/instances/:id", m.adminUpdateInstance)
}

func (m *Module) adminListInstances(c echo.Context) error {
	page, err := httpx.PageOf(c)
	if err != nil {
		return err
	}
	q := adminQuery{status: Status(c.QueryParam("status")), before: page.Cursor, limit: page.Limit}
	instances, next, err := m.svc.adminListInstances(c.Request().Context(), q)
	if err != nil {
		return err
	}
	items := make([]adminInstanceDTO, 0, len(instances))
	for _, i := range instances {
		items = append(items, m.toAdminInstanceDTO(i))
	}

	return c.JSON(http.StatusOK, httpx.NewList(items, next))
}

func (m *Module) adminGetInstance(c echo.Context) error {
	i, err := m.svc.adminGetInstance(c.Request().Context(), c.Param("id"))
	if err != nil {
		return err
	}

	return c.JSON(http.StatusOK, m.toAdminInstanceDTO(i))
}

func (m *Module) adminUpdateInstance(c echo.Context) error {
	request, err := httpx.Decode[adminInstanceRequest](c)
	if err != nil {
		return err
	}
	i, err := m.svc.adminUpdateInstance(c.Request().Context(), c.Param("id"), request.Desired)
	if err != nil {
		return err
	}

	return c.JSON(http.StatusOK, m.toAdminInstanceDTO(i))
}

// toAdminInstanceDTO shows what is stored, which the list was chosen by; the runner stores what it
// learns at once. Only the connection is this process's own.
func (m *Module) toAdminInstanceDTO(i instance) adminInstanceDTO {
	shown := toInstanceDTO(i)
	dto := adminInstanceDTO{
		ID: i.ID, HouseholdID: i.HouseholdID, Kind: i.Kind, Desired: i.Desired, Status: i.Status, Message: shown.Message,
		HAVersion: shown.HAVersion, IsSimulated: shown.IsSimulated, CreatedAt: shown.CreatedAt, ReadyAt: shown.ReadyAt,
	}
	if r := m.fleet.runner(i.HouseholdID); r != nil {
		_, link := r.state()
		dto.IsConnected = link == live.Connected
	}

	return dto
}
