/** Which page is open stands in the address's fragment: it can be bookmarked, and Back goes back. */
import { useEffect, useState } from 'react';

export function goTo(path: string): void {
  location.hash = `#/${path}`;
}

function currentPath(): string {
  return location.hash.startsWith('#/') ? decodeURIComponent(location.hash.slice(2)) : '';
}

/** The fragment after `#/`, followed. */
export function useHashPath(): string {
  const [path, setPath] = useState(currentPath);
  useEffect(() => {
    const follow = () => setPath(currentPath());
    addEventListener('hashchange', follow);
    return () => removeEventListener('hashchange', follow);
  }, []);
  return path;
}
