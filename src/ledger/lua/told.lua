-- What a member tells of themselves stands behind their name, after a byte 1: a line `<name>⇥<value as JSON>` for each attribute. A
-- change is such lines, without a value for what is removed. False: it would be too much, and nothing has changed.
local function change_attributes(n, changes)
  local ATTRIBUTES_MAX, ATTRIBUTES_BYTES_MAX = 32, 2048
  local shown, kept = (about(n, SHOWN) or ''):match('^([^\1]*)\1?(.*)$')
  local values, names, seen = {}, {}, {}
  for name, value in (kept .. changes):gmatch('([^\t\n]+)\t([^\n]*)\n') do
    if not seen[name] then names[#names + 1], seen[name] = name, true end
    values[name] = value
  end
  local lines, count, bytes = {}, 0, 0
  for _, name in ipairs(names) do
    if values[name] ~= '' then
      lines[#lines + 1] = name .. '\t' .. values[name] .. '\n'
      if name ~= 'metadata' then count, bytes = count + 1, bytes + #name + #values[name] end
    end
  end
  if count > ATTRIBUTES_MAX or bytes > ATTRIBUTES_BYTES_MAX then return false end
  local told = #lines > 0 and '\1' .. table.concat(lines) or ''
  set_about(n, about(n, WINDOW), about(n, SECRET), shown .. told)
  return true
end
