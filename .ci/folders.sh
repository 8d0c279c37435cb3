# Sets `folders` to those that the action's input names in FOLDER: paths and patterns, with blanks between them.
read -r -d '' -a patterns <<< "$FOLDER" || true
folders=()
for pattern in "${patterns[@]}"; do
  while IFS= read -r folder; do
    folders+=("$folder")
  done < <(compgen -G "$pattern" || printf '%s\n' "$pattern")
done
