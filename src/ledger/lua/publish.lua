-- seat fence media_epoch what id source detail max → done pushes · fenced · stale media_epoch · unknown · full · wait ms. What is `p`, and
-- the detail `<kind> <1 if paused>`; `u`, and the detail 1 if paused; or `e`, and the detail why it has ended.
local refused = stale()
if refused then return refused end
local n, generation, expect, what, id, source, detail, max = unpack(ARGV, ARGS)
if not is_held(n, tonumber(generation)) then return { 'fenced' } end
local wait = settles_in() or is_unclaimed(n) and CLAIM_WAIT
if wait then
  finish_passing()
  return { 'wait', text(wait) }
end
local server, _, _, at_epoch = hosting()
if (server or '') == '' or at_epoch ~= expect then
  finish_passing()
  return { 'stale', at_epoch or '0' }
end
local lines, found = producers(n), nil
for index, line in ipairs(lines) do if line:sub(1, #id + 1) == id .. ' ' then found = index end end
local user, session = about(n, USER), ''
local function unchanged(word)
  local pushes = finish_passing()
  return { word, pushes }
end
if what == 'p' then
  if found then return unchanged('done') end
  if #lines >= tonumber(max) then return unchanged('full') end
  lines[#lines + 1] = id .. ' ' .. source .. ' ' .. detail
  session = about(n, SESSION) .. ' '
elseif what == 'u' then
  if not found then return unchanged('unknown') end
  if lines[found]:sub(-1) == detail then return unchanged('done') end
  lines[found] = lines[found]:sub(1, -2) .. detail
else
  if not found then return unchanged('done') end
  table.remove(lines, found)
end
store_producers(n, lines)
load_seats()
local news = what .. ' ' .. at_epoch .. ' ' .. n .. ' ' .. user .. ' ' .. session .. detail
append_to_all('V' .. id .. '\n' .. source .. '\n' .. news, nil, n)
return { 'done', finish_passing() }
