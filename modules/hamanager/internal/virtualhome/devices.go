package virtualhome

// deviceCommands are those of the device registry.
func deviceCommands() map[string]handler {
	update := fieldsOf(must("device_id", text), may("area_id", optional(text)), may("name_by_user", optional(text)),
		may("disabled_by", optional(oneOfEnumValue("user"))), may("labels", names))

	return map[string]handler{
		"config/device_registry/list":   {run: listDevices},
		"config/device_registry/update": {schema: update, durable: true, run: updateDeviceCommand},
	}
}

func listDevices(c *conn, _ int, _ map[string]any) (any, error) {
	out := []any{}
	for _, d := range c.home.registry.devices.all() {
		out = append(out, c.home.deviceView(d))
	}

	return out, nil
}

// newerDevice is a device as it is shown since 2026.8.
type newerDevice struct {
	*device
	ConfigEntryID    *string `json:"config_entry_id"`
	ConfigSubentryID *string `json:"config_subentry_id"`
	ParentDeviceID   *string `json:"parent_device_id"`
}

func (h *Home) deviceView(d *device) any {
	if h.version.since(2026, 8) {
		return newerDevice{device: d, ConfigEntryID: d.PrimaryEntry}
	}

	return d
}

func updateDeviceCommand(c *conn, _ int, m map[string]any) (any, error) {
	h := c.home
	id, _ := m["device_id"].(string)
	old := h.registry.devices.get(id)
	if old == nil {
		return nil, errUnknown()
	}
	before := map[string]any{}
	for key, value := range map[string]any{
		"area_id": old.AreaID, "name_by_user": old.NameByUser, "disabled_by": old.DisabledBy, "labels": old.Labels,
	} {
		if _, ok := m[key]; ok {
			before[key] = value
		}
	}
	d := h.updateDevice(old, func(d *device) {
		apply(m, "area_id", &d.AreaID)
		apply(m, "name_by_user", &d.NameByUser)
		apply(m, "disabled_by", &d.DisabledBy)
		applyTexts(m, "labels", &d.Labels)
	}, before)

	return h.deviceView(d), nil
}

func (h *Home) updateDevice(old *device, change func(*device), before map[string]any) *device {
	d := *old
	change(&d)
	d.ModifiedAt = unixTime(h.stamp())
	h.registry.devices.put(d.ID, &d)
	h.registryChanged("device", map[string]any{"action": "update", "device_id": d.ID, "changes": before})

	return &d
}
