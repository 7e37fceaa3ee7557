export { type CardFace, cardFaceOf, DEFAULT_FACE_TEXTS, type FaceTexts } from './face.ts';
export {
  bankLayout,
  CARD_BODY,
  defineFaceLayout,
  FACE_LAYOUTS,
  type FaceLayout,
  type FacePlace,
  plainLayout,
} from './layout.ts';
