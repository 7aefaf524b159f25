-- Writes down what has happened: `<life> <number> <ms> <event>` each, where `S0` is a start, `S1` one after a loss and `E` the end of the
-- life. `v` is the present life and its last number. Follows `append.lua` and `seats.lua`.
local function keep_events()
  if #seats == 0 and (is_stored or #happened > 0) then happened[#happened + 1] = 'E' end
  if has_lost_life then cold:clear('v') end
  if #happened == 0 then return end
  local life, last = (cold:get('v') or ''):match('^(%d+) (%d+)$')
  if not life then
    local is_first = not is_stored and happened[1]:sub(1, 1) == 'J'
    life, last = text(math.max(now(), number(cold:get('rev')))), '0'
    table.insert(happened, 1, is_first and 'S0' or 'S1')
  end
  local at, lines = text(now()), {}
  for index, what in ipairs(happened) do
    lines[index] = life .. ' ' .. text(tonumber(last) + index) .. ' ' .. at .. ' ' .. what
  end
  append_events(PREFIX, TAG, ROOM, lines)
  cold:set('v', life .. ' ' .. text(tonumber(last) + #happened))
end
