package virtualhome

import (
	"slices"
	"strconv"
)

// todoItem is one item of a to-do list.
type todoItem struct {
	Summary     string `json:"summary"`
	UID         string `json:"uid"`
	Status      string `json:"status"`
	Due         string `json:"due,omitempty"`
	Description string `json:"description,omitempty"`
}

const needsAction, completed = "needs_action", "completed"

func todoServices() map[string]service {
	status := oneOf(needsAction, completed)
	more := []field{
		{key: "due_date", check: optional(looseText), group: "due"},
		{key: "due_datetime", check: optional(looseText), group: "due"},
		may("description", optional(looseText)),
	}
	add := schema{fields: append([]field{must("item", nonEmptyText)}, more...)}
	update := schema{
		fields:     append([]field{must("item", nonEmptyText), may("rename", nonEmptyText), may("status", status)}, more...),
		atLeastOne: []string{"rename", "status", "due_date", "due_datetime", "description"},
	}

	return map[string]service{
		"add_item":    {fields: add, needs: []int{1}, run: addItem},
		"update_item": {fields: update, needs: []int{4}, run: updateItem},
		"remove_item": {fields: fieldsOf(must("item", textsOf(looseText))), needs: []int{2}, run: removeItems},
		"get_items":   {fields: fieldsOf(may("status", textsOf(status))), responds: onlyResponds, run: getItems},
		"remove_completed_items": {needs: []int{2}, run: func(c *call, e *entity) error {
			return c.keepItems(e, func(i todoItem) bool { return i.Status != completed })
		}},
	}
}

func (c *call) describeItem(i *todoItem) {
	for _, key := range []string{"due_date", "due_datetime"} {
		if c.has(key) {
			i.Due = c.text(key)
		}
	}
	if c.has("description") {
		i.Description = c.text("description")
	}
}

func addItem(c *call, e *entity) error {
	item := todoItem{Summary: c.text("item"), UID: newHexID(), Status: needsAction}
	c.describeItem(&item)

	return c.setItems(e, append(slices.Clone(e.items), item))
}

// setItems shows how many items wait.
func (c *call) setItems(e *entity, items []todoItem) error {
	e.items, e.seeded = items, nil
	c.home.markStates()
	c.setValue(e, openItems(items))

	return nil
}

func openItems(items []todoItem) string {
	n := 0
	for _, i := range items {
		if i.Status == needsAction {
			n++
		}
	}

	return strconv.Itoa(n)
}

// findItem finds by uid, then by text.
func (e *entity) findItem(name string) (int, error) {
	for i, item := range e.items {
		if item.UID == name || item.Summary == name {
			return i, nil
		}
	}

	return 0, errValidation("todo", "item_not_found", "Unable to find to-do list item: "+name, map[string]any{"item": name})
}

func updateItem(c *call, e *entity) error {
	i, err := e.findItem(c.text("item"))
	if err != nil {
		return err
	}
	items := slices.Clone(e.items)
	if c.has("rename") {
		items[i].Summary = c.text("rename")
	}
	if c.has("status") {
		items[i].Status = c.text("status")
	}
	c.describeItem(&items[i])

	return c.setItems(e, items)
}

func removeItems(c *call, e *entity) error {
	var gone []string
	for _, name := range asTexts(c.data["item"]) {
		i, err := e.findItem(name)
		if err != nil {
			return err
		}
		gone = append(gone, e.items[i].UID)
	}

	return c.keepItems(e, func(i todoItem) bool { return !slices.Contains(gone, i.UID) })
}

func (c *call) keepItems(e *entity, wanted func(todoItem) bool) error {
	items := slices.DeleteFunc(slices.Clone(e.items), func(i todoItem) bool { return !wanted(i) })

	return c.setItems(e, items)
}

func getItems(c *call, e *entity) error {
	statuses := asTexts(c.data["status"])
	items := []todoItem{}
	for _, i := range e.items {
		if len(statuses) == 0 || slices.Contains(statuses, i.Status) {
			items = append(items, i)
		}
	}
	c.answer[e.id] = map[string]any{"items": items}

	return nil
}
